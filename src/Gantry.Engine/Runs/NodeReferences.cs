using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>
/// <c>${{ groups[G].nodes[N].IP_ADDRESS }}</c> in commands, <c>entrypoint</c> and <c>env</c>: the address of a node of the run, known once the run is placed.
/// A run without <c>groups</c> is one group, <c>groups[0]</c>. With a second <c>$</c> in front it stays what it is.
/// </summary>
internal static partial class NodeReferences
{
    /// <summary>What could be meant.</summary>
    public const string Form = "${{ groups[GROUP].nodes[NODE].IP_ADDRESS }}";

    /// <summary>Those that name no node, a sentence each with its key, the reference and what there is.</summary>
    public static IEnumerable<string> Problems(RunConfiguration run)
    {
        var groups = RunNodes.Groups(run);
        var isGrouped = run is TaskConfiguration { Groups: not null };
        var commands = run is DevEnvironmentConfiguration ? "init" : "commands";
        IEnumerable<(string Key, string Text)> texts =
        [
            .. run.Setup.Select(text => ("setup", text)),
            .. groups.Index().SelectMany(group => group.Item.Commands.Select(text => (isGrouped ? $"groups[{Number(group.Index)}].commands" : commands, text))),
            .. run.Entrypoint is { } entrypoint ? [("entrypoint", entrypoint)] : Array.Empty<(string, string)>(),
            .. run.Env.Where(variable => variable.Value is not null).Select(variable => ($"env: {variable.Key}", variable.Value!)),
        ];
        return texts.SelectMany(text => Find(text.Text).Select(match => (text.Key, match.Value, Why: Problem(match, groups))))
            .Where(found => found.Why is not null).Select(found => $"{found.Key}: {found.Value}: {found.Why}").Distinct();
    }

    /// <summary>Whether all that a text refers to (<c>${{ … }}</c>) are nodes of the run.</summary>
    public static bool AreAll(string text) => !Reference().Replace(text, "").Contains("${{", StringComparison.Ordinal);

    /// <summary>The text with each reference as one word.</summary>
    public static string Compact(string text) => Reference().Replace(text, match => match.Value.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>The text with addresses in place of references.</summary>
    /// <param name="text">The text.</param>
    /// <param name="nodes">Where every node is.</param>
    public static string Resolve(string text, IReadOnlyList<NodePlace> nodes) => !text.Contains("${{", StringComparison.Ordinal) ? text : Reference().Replace(
        text,
        match => match.Groups["escaped"].Success ? match.Value[1..]
            : Target(match) is var (group, node) && nodes.FirstOrDefault(place => place.Group == group && place.Node == node) is { } found ? found.Ip
            : match.Value);

    private static IEnumerable<Match> Find(string text) => Reference().Matches(text).Where(match => !match.Groups["escaped"].Success);

    private static string? Problem(Match match, IReadOnlyList<NodeGroup> groups)
    {
        if (Target(match) is not var (group, node))
        {
            return $"only the address of a node can be referred to. Write {Form}.";
        }

        return group >= groups.Count ? $"there is no group {Number(group)}. There {Existing(groups)}."
            : node >= groups[group].Nodes ? $"group {Number(group)} has no node {Number(node)}. There {Existing(groups)}."
            : null;
    }

    private static string Existing(IReadOnlyList<NodeGroup> groups) => (groups.Count == 1 ? "is " : "are ") + string.Join(
        ", ",
        groups.Index().Select(group => $"groups[{Number(group.Index)}]{(group.Item.Name is { } name ? $" ({name})" : "")} with nodes[0]"
            + (group.Item.Nodes == 1 ? "" : $" to nodes[{Number(group.Item.Nodes - 1)}]")));

    // Numbers that no list could have are no node's.
    private static (int Group, int Node)? Target(Match match) =>
        int.TryParse(match.Groups["group"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var group)
        && int.TryParse(match.Groups["node"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var node) ? (group, node) : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // Whatever begins with "groups" is meant as one: it is better refused than handed to a shell, which would call it a bad substitution.
    [GeneratedRegex(@"(?<escaped>\$)?\$\{\{\s*(groups\[(?<group>[0-9]+)\]\.nodes\[(?<node>[0-9]+)\]\.IP_ADDRESS|groups\b[^}]*?)\s*\}\}")]
    private static partial Regex Reference();
}
