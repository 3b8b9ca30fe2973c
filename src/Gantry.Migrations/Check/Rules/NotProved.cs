using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>not-proved: a statement that the parser cannot read. What it does is not known, so that it is never passed in silence.</summary>
internal sealed class NotProved : ICheckRule
{
    public RuleDescription Description { get; } = new("not-proved", Severity.Error, "A statement cannot be read, so that nothing is proved of it");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        foreach (var (statement, _) in at.Statements)
            if (statement is UnreadStatement unread)
                yield return CheckedStatement.Find(Description, unread, unread,
                    $"This statement was not read: {unread.Reason} (line {unread.At.Line}, column {unread.At.Column}). Nothing is proved of it.",
                    unread.MayChangeRows
                        ? "If the engine refuses it too, correct it. If not, write it in a plainer way, or look at it by hand and allow it with: -- gantry: allow not-proved REASON"
                        : "If the engine takes it, look at it by hand: the rules have not seen it, and the schema that they know does not have what it makes.")
                    with
                { Severity = unread.MayChangeRows ? Severity.Error : Severity.Warning, Span = CheckedScript.FirstLine(unread) };
    }
}
