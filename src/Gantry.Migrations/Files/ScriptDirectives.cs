using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// Reads the directives of a script: SQL comments, so that the file stays runnable by hand. A directive that is not understood is refused:
/// a backfill that silently ran as one statement would be the outage that its author meant to prevent.
/// </summary>
internal static partial class ScriptDirectives
{
    private const int DefaultBatch = 1000;

    /// <summary>Cuts a script into its steps.</summary>
    /// <exception cref="MigrationException">A directive is not as it must be; the message names file, line and what is allowed.</exception>
    public static MigrationScript Read(SourceText source)
    {
        var steps = new List<MigrationStep>();
        var directives = StepLine().Matches(source.Text);
        Add(steps, source, StepKind.Plain, null, 0, directives.Count == 0 ? source.Text.Length : directives[0].Index);
        for (var i = 0; i < directives.Count; i++)
        {
            var line = directives[i];
            var end = i + 1 < directives.Count ? directives[i + 1].Index : source.Text.Length;
            var (kind, backfill) = Parse(source, line);
            Add(steps, source, kind, backfill, line.Index + line.Length, end);
        }
        return new MigrationScript(source, steps);
    }

    /// <summary>The oldest revision that replicas may be at; null when the script does not say.</summary>
    public static int? Requires(SourceText source) =>
        RequiresLine().Match(source.Text) is { Success: true } match
            ? int.Parse(match.Groups["revision"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the script declares that there is no way back.</summary>
    public static bool Irreversible(SourceText source) => IrreversibleLine().IsMatch(source.Text);

    /// <summary>The tables whose number of rows the script means to change.</summary>
    public static IReadOnlyList<string> ChangesRows(SourceText source) =>
        [.. ChangesRowsLine().Matches(source.Text)
            .SelectMany(match => match.Groups["tables"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    // What stands before the first directive is a step only if it holds more than comments.
    private static void Add(List<MigrationStep> steps, SourceText source, StepKind kind, BackfillRange? backfill, int start, int end)
    {
        if (kind == StepKind.Plain && OnlyComments().IsMatch(source.Text.AsSpan(start, end - start)))
            return;
        steps.Add(new MigrationStep(steps.Count + 1, kind, new SourceSpan(start, end - start)) { Backfill = backfill });
    }

    private static (StepKind, BackfillRange?) Parse(SourceText source, Match line)
    {
        var words = Remark().Replace(line.Groups["words"].Value, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (kind, options) = words switch
        {
            ["expand", .. var rest] => (StepKind.Expand, rest),
            ["concurrent", .. var rest] => (StepKind.Concurrent, rest),
            ["contract", .. var rest] => (StepKind.Contract, rest),
            ["verify", "none", .. var rest] => (StepKind.Verify, rest),
            ["backfill", .. var rest] => (StepKind.Backfill, rest),
            _ => throw Refused(source, line, "The steps are expand, concurrent, backfill table=T key=K [batch=N], verify none, contract."),
        };
        if (kind != StepKind.Backfill && options.Length > 0)
            throw Refused(source, line, $"{words[0]} takes no options; a remark goes in parentheses.");
        return (kind, kind == StepKind.Backfill ? Backfill(source, line, options) : null);
    }

    private static BackfillRange Backfill(SourceText source, Match line, string[] options)
    {
        string? table = null, key = null;
        var batch = DefaultBatch;
        foreach (var option in options)
        {
            var parts = option.Split('=', 2);
            if (parts is ["table", { Length: > 0 } named])
                table = named;
            else if (parts is ["key", { Length: > 0 } column])
                key = column;
            else if (parts is not ["batch", var size] || !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out batch) || batch is < 1 or > 1_000_000)
                throw Refused(source, line, $"{option} is not understood: backfill takes table=T key=K [batch=1..1000000].");
        }
        return table is not null && key is not null
            ? new BackfillRange(table, key, batch)
            : throw Refused(source, line, "backfill needs table=T and key=K: the table whose rows it changes, and a unique column to go through them by.");
    }

    private static MigrationException Refused(SourceText source, Match line, string why) =>
        new(MigrationFailure.InvalidFolder, $"{source.Name}, line {source.At(line.Index).Line}: \"{line.Value.Trim()}\". {why} Nothing was changed.");

    [GeneratedRegex(@"^[ \t]*--[ \t]*step:(?<words>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex StepLine();

    [GeneratedRegex(@"^[ \t]*--[ \t]*requires:[ \t]*(?<revision>[0-9]{1,9})\b", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex RequiresLine();

    [GeneratedRegex(@"^[ \t]*--[ \t]*irreversible\b", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex IrreversibleLine();

    [GeneratedRegex(@"^[ \t]*--[ \t]*changes-rows:(?<tables>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ChangesRowsLine();

    [GeneratedRegex(@"\(.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Remark();

    [GeneratedRegex(@"\A(\s|;|--[^\n]*|/\*[\s\S]*?\*/)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex OnlyComments();
}
