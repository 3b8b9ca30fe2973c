using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// many-tables-locked-in-one-transaction: on PostgreSQL locks pile up until the commit, so that each further table makes waits longer and a deadlock with
/// a program that takes them in another order likelier. Three tables in use are many.
/// </summary>
internal sealed class ManyTablesLockedInOneTransaction : ICheckRule
{
    private const int Many = 3;

    public RuleDescription Description { get; } = new("many-tables-locked-in-one-transaction", Severity.Warning, "One transaction locks many tables in use, one after the other");

    public IEnumerable<Finding> OfScript(CheckedScript script)
    {
        if (script.Dialect != Dialect.Postgres || !script.Forward)
            yield break;

        foreach (var transaction in script.Statements.GroupBy(statement => statement.Transaction))
        {
            var locked = new List<string>();
            Statement? last = null;
            foreach (var (at, statement) in transaction.SelectMany(at => at.Running.Select(statement => (at, statement))))
                foreach (var table in TableLocks.Of(statement).Where(at.Existed))
                    if (!locked.Contains(table.Full))
                    {
                        locked.Add(table.Full);
                        last = locked.Count == Many ? statement : last;
                    }

            if (last is not null)
                yield return CheckedStatement.Find(Description, last, last,
                    $"This transaction locks {string.Join(", ", locked)}, and holds each until the last one is done: a program that uses them in another order ends in a deadlock with it.",
                    "Spread the tables over several migrations, or over transactions of their own.")
                    with
                { Span = CheckedScript.FirstLine(last) };
        }
    }
}
