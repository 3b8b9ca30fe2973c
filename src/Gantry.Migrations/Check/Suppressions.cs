using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check;

/// <summary>
/// <c>-- gantry: allow RULE-ID reason</c> on a line of its own before a statement: that rule says nothing about that statement. The reason is obligatory,
/// since the next reader must be able to judge it; one that allows nothing is reported, since it would allow what nobody has looked at.
/// </summary>
internal sealed partial class Suppressions
{
    public static readonly RuleDescription Description = new(
        "suppression", Severity.Warning, "A comment that allows a rule has no reason, names no rule, or allows nothing");

    private readonly SourceText _source;
    private readonly List<Suppression> _suppressions = [];
    private readonly List<Finding> _malformed = [];

    /// <param name="source">The text.</param>
    /// <param name="statements">Where the statements stand in it, in order. Comments inside a statement are not looked at: text in quotes could look like one.</param>
    public Suppressions(SourceText source, IReadOnlyList<SourceSpan> statements)
    {
        _source = source;
        var from = 0;
        foreach (var statement in statements)
        {
            if (statement.Start > from)
                ReadGap(from, statement.Start, statement);
            from = Math.Max(from, statement.End);
        }
        ReadGap(from, source.Text.Length, null);
    }

    /// <summary>The reason why this finding is allowed; null when it is not.</summary>
    public string? Allow(Finding finding)
    {
        foreach (var suppression in _suppressions)
            if (suppression.Rule == finding.Rule && ReferenceEquals(finding.Source, _source)
                && suppression.Statement is { } statement && finding.Span.Start >= statement.Start && finding.Span.Start <= statement.End)
            {
                suppression.Used = true;
                return suppression.Reason;
            }
        return null;
    }

    /// <summary>What is wrong with the comments themselves, once every finding was asked about.</summary>
    public IEnumerable<Finding> Complaints() => _malformed.Concat(_suppressions.Where(suppression => !suppression.Used).Select(suppression => Complain(
        suppression.Span,
        suppression.Statement is null
            ? $"No statement follows this comment: it allows nothing."
            : $"{suppression.Rule} has nothing to say about the next statement: this comment allows nothing.",
        "Remove the comment, or move it to the line before the statement that it is about.")));

    private void ReadGap(int start, int end, SourceSpan? next)
    {
        foreach (Match match in Comment().Matches(_source.Text[start..end]))
        {
            var span = new SourceSpan(start + match.Groups["comment"].Index, match.Groups["comment"].Length);
            var rule = match.Groups["rule"].Value;
            var reason = match.Groups["reason"].Value.Trim();
            if (CheckRules.IndexOf(rule) < 0)
                _malformed.Add(Complain(span, rule.Length == 0 ? "This comment names no rule." : $"There is no rule {rule}.",
                    "Write: -- gantry: allow RULE-ID reason. The rules are listed in docs/rules/README.md."));
            else if (reason.Length == 0)
                _malformed.Add(Complain(span, $"This comment allows {rule} without a reason, and so does not allow it.",
                    "Say behind the rule's id why the statement is right all the same."));
            else
                _suppressions.Add(new Suppression(rule, reason, span, next));
        }
    }

    private Finding Complain(SourceSpan span, string message, string help) => new()
    {
        Rule = Description.Id,
        Severity = Description.Severity,
        Source = _source,
        Span = span,
        Message = message,
        Help = help,
    };

    [GeneratedRegex(@"^[ \t]*(?<comment>--[ \t]*gantry:[ \t]*allow\b[ \t]*(?<rule>[A-Za-z0-9-]*)(?<reason>[^\n]*))$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    private sealed class Suppression(string rule, string reason, SourceSpan span, SourceSpan? statement)
    {
        public string Rule { get; } = rule;

        public string Reason { get; } = reason;

        public SourceSpan Span { get; } = span;

        public SourceSpan? Statement { get; } = statement;

        public bool Used { get; set; }
    }
}
