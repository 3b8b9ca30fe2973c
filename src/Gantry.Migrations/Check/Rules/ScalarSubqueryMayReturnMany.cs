using Gantry.Migrations.Check.Proofs;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// A subquery that stands for one value must give at most one row, whatever the data. PostgreSQL refuses a second row while the statement runs; SQLite
/// takes the first it finds and says nothing, so that rows end up with values that are another's. Both show only with data that a test rarely has:
/// so it is proved, and what is not proved is an error.
/// </summary>
internal sealed class ScalarSubqueryMayReturnMany : ICheckRule
{
    public RuleDescription Description { get; } = new("scalar-subquery-may-return-many", Severity.Error, "A subquery that stands for one value may return several rows");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        foreach (var subquery in Subqueries.Of(at.Statement, at.Before))
        {
            var verdict = SingleRow.Of(subquery.Expression.Query, at.Before, subquery.Scope, subquery.Common, new ProofLimit());
            if (!verdict.Proved)
                yield return Find(at, subquery, verdict);
        }
    }

    private Finding Find(CheckedStatement at, ScalarSubquery subquery, Verdict verdict)
    {
        var hidden = Correction.Hidden(subquery, at.Before);
        // The body of a trigger or a function may be a copy of the text, with all places as in the file.
        return CheckedStatement.Find(Description, at.Statement, subquery.Expression, Message(at, verdict, hidden), Help(verdict, hidden)) with
        {
            Suggestion = Correction.Of(subquery, at.Statement, at.Before),
            CountQuery = CountQuery.Of(subquery),
        };
    }

    private static string Message(CheckedStatement at, Verdict verdict, (Relation Inner, Relation Outer)? hidden)
    {
        var why = string.Join("; ", verdict.Loose.Select(loose => loose.Relation is null ? loose.Why : $"{loose.Relation.Label}: {loose.Why}"));
        var message = $"This subquery stands for one value, but it may return several rows ({why}). ";
        if (hidden is var (inner, outer))
            message += $"{inner.Label} in it is the whole table once more, not the row outside{(inner.Name == outer.Name ? ": the same name hides that row" : "")}. ";
        return message + (at.Dialect == Dialect.Postgres
            ? "With a second row PostgreSQL fails the statement while it runs (21000, more than one row returned by a subquery used as an expression)."
            : "SQLite does not complain: it silently takes the first row that it finds, and the value may be another row's.");
    }

    private static string Help(Verdict verdict, (Relation Inner, Relation Outer)? hidden)
    {
        var missing = verdict.Loose.FirstOrDefault(loose => loose.MissingKey.Count > 0);
        var tie = hidden is var (inner, outer) ? $"Leave {inner.Label} out of the subquery, and compare with the columns of the outer {outer.Name}. "
            : missing is null ? "" : $"Compare {string.Join(", ", missing.MissingKey)} of {missing.Relation!.Label} by = with a column of the outer row or with a constant. ";
        return tie + "Or say which row is meant: an aggregate such as max(…), or ORDER BY … LIMIT 1 together with a condition that names the outer row.";
    }
}
