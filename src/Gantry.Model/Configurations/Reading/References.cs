using System.Text.RegularExpressions;

namespace Gantry.Model.Configurations.Reading;

/// <summary>References to fleets and their instances.</summary>
internal static partial class References
{
    /// <summary>A fleet: <c>name</c>, <c>project/name</c>, or the long form.</summary>
    public static string? Fleet(Node node, string path, ProblemList problems)
    {
        if (node is not MappingNode mapping)
            return Scalars.Text(node, path, problems) is { } text && Reference(text, node, path, problems) ? text : null;
        var fields = new Fields(mapping, path, problems);
        var project = fields.Text("project");
        var name = fields.RequiredText("name");
        fields.NoOthers();
        return project is null ? name : $"{project}/{name}";
    }

    private static bool Reference(string text, Node node, string path, ProblemList problems)
    {
        if (ReferencePattern().IsMatch(text))
            return true;
        Scalars.Wrong(node, path, problems, "is not the name of a fleet", "NAME, or PROJECT/NAME for an imported one");
        return false;
    }

    /// <summary>An instance: <c>name</c>, or <c>name</c>, <c>hostname</c>, or <c>fleet</c> with <c>instance</c>.</summary>
    public static InstanceSelector? Instance(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode)
            return Scalars.Text(node, path, problems) is { Length: > 0 } text ? new InstanceSelector(Name: text) : Incomplete();
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var selector = new InstanceSelector(
            fields.Text("name"),
            fields.Text("hostname"),
            fields.Find("fleet") is { } fleet ? Fleet(fleet, fields.PathOf("fleet"), problems) : null,
            fields.Integer("instance", 0, int.MaxValue));
        fields.NoOthers();
        return selector is { Name.Length: > 0, Hostname: null, Fleet: null, InstanceNum: null }
            or { Name: null, Hostname.Length: > 0, Fleet: null, InstanceNum: null }
            or { Name: null, Hostname: null, Fleet: not null, InstanceNum: not null } ? selector : Incomplete();

        InstanceSelector? Incomplete()
        {
            problems.Add(node, path, "does not name an instance", "name, or hostname, or fleet together with instance");
            return null;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?\z")]
    private static partial Regex ReferencePattern();
}
