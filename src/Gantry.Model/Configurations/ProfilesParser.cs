using Gantry.Model.Configurations.Reading;

namespace Gantry.Model.Configurations;

/// <summary>The profiles of a <c>.dstack/profiles.yml</c>.</summary>
/// <param name="Profiles">In the order of the file; names are unique, and at most one is the default.</param>
public sealed record ProfileSet(IReadOnlyList<Profile> Profiles)
{
    /// <summary>The profile that is used when none is named; null when there is none.</summary>
    public Profile? Default => Profiles.FirstOrDefault(profile => profile.Default);

    /// <summary>The profile with this name, or null.</summary>
    public Profile? Find(string name) => Profiles.FirstOrDefault(profile => profile.Name == name);
}

/// <summary>Reads profile files. Never throws for what a file holds: every problem is in the result.</summary>
public static class ProfilesParser
{
    /// <summary>Reads the bytes of a file: UTF-8, with or without a byte order mark.</summary>
    public static ParseResult<ProfileSet> Parse(ReadOnlySpan<byte> bytes, string? fileName) => Source.Read(bytes, fileName, Bind);

    /// <summary>Reads the text of a file.</summary>
    public static ParseResult<ProfileSet> Parse(string text, string? fileName) => Source.Read(text, fileName, Bind);

    private static ProfileSet? Bind(Node root, ProblemList problems)
    {
        if (Parts.Mapping(root, "", problems) is not { } fields)
            return null;
        var profiles = fields.List("profiles", Named);
        if (fields.Find("profiles") is null)
            problems.Add(root, "profiles", "is missing", "a list of profiles");
        fields.NoOthers();
        if (fields.Find("profiles") is SequenceNode { Items: var items })
            Unique(items, problems);
        return new ProfileSet(profiles ?? []);
    }

    private static Profile? Named(Node node, string path, ProblemList problems)
    {
        var profile = ProfileReader.Read(node, path, problems);
        if (profile is { Name.Length: 0 })
            problems.Add(node, path + ".name", "is missing");
        return profile;
    }

    private static void Unique(IReadOnlyList<Node> items, ProblemList problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string? first = null;
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is not MappingNode item)
                continue;
            var name = (item["name"] as ScalarNode)?.Text ?? "";
            if (name.Length > 0 && !names.Add(name))
                problems.Add(item["name"]!, $"profiles[{index}].name", $"\"{name}\" is the name of another profile above", value: name);
            if (item["default"] is not ScalarNode { Flag: true } flag)
                continue;
            if (first is not null)
                problems.Add(flag, $"profiles[{index}].default", $"the default is \"{first}\" already, and there can be one");
            first ??= name;
        }
    }
}
