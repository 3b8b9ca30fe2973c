using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Check.Proofs;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// update-from-ambiguous: a row of the target may have several partners in FROM, and which of them is taken is not defined on either engine. It is the same
/// question as that of a scalar subquery, asked of FROM and WHERE with the target around them, and so it has the same proof. Where the new values do not
/// depend on FROM, it makes no difference which partner is taken.
/// </summary>
internal sealed class UpdateFromAmbiguous : ICheckRule
{
    public RuleDescription Description { get; } = new("update-from-ambiguous", Severity.Error, "An UPDATE … FROM may match a row more than once, and which match wins is not defined");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        foreach (var (statement, _) in at.Statements)
            if (statement is UpdateStatement { From.Count: > 0, CurrentOf: false } update && DependsOnFrom(update, at.Before)
                && !DistinctValues.Feed(update, at.Before) && Partners(update, at.Before) is { Proved: false } verdict)
                yield return Find(update, verdict, at.Before);
    }

    private Finding Find(UpdateStatement update, Verdict verdict, DatabaseSchema schema)
    {
        var target = update.Table.Name.ToString();
        var reasons = verdict.Loose.Select(loose => loose.Relation is { } relation ? $"{relation.Label}: {loose.Why}" : loose.Why);
        var missing = verdict.Loose.Where(loose => loose.Relation is not null && loose.MissingKey.Count > 0)
            .Select(loose => $"{loose.Relation!.Label} by {string.Join(", ", loose.MissingKey)}").ToList();
        return CheckedStatement.Find(Description, update, update.From[0],
            $"A row of {target} may match several rows here, and which of them gives the value is not defined ({string.Join("; ", reasons)}).",
            (missing.Count > 0 ? $"Bind {string.Join(", and ", missing)}" : "Join by conditions that cover a unique key of every table in FROM")
                + ", or reduce FROM to one row for each target first (GROUP BY, DISTINCT ON).")
            with
        { CountQuery = CountQuery(update, schema) };
    }

    /// <summary>The partners of one row of the target, as a query with that row around it.</summary>
    private static Verdict Partners(UpdateStatement update, DatabaseSchema schema)
    {
        var one = new LiteralExpression(LiteralKind.Number, "1") { Span = update.Span };
        var select = new SelectBody([new SelectItem(one, null) { Span = update.Span }]) { From = update.From, Where = update.Where, Span = update.Span };
        return SingleRow.Of(new Query(null, select) { Span = update.Span }, schema, Target(update, schema), CommonTables.Add(null, update.With, null), new ProofLimit());
    }

    private static bool DependsOnFrom(UpdateStatement update, DatabaseSchema schema)
    {
        var scope = new Scope { Schema = schema, Outer = Target(update, schema) };
        FromTree.Build(update.From, scope, CommonTables.Add(null, update.With, null));
        return update.Set.SelectMany(assignment => assignment.Value.All()).OfType<ColumnReference>().Any(column => scope.Resolve(column).Inner);
    }

    private static Scope Target(UpdateStatement update, DatabaseSchema schema)
    {
        var scope = new Scope { Schema = schema };
        // The target is never a common table.
        FromTree.Build([update.Table], scope, null);
        return scope;
    }

    private static string? CountQuery(UpdateStatement update, DatabaseSchema schema)
    {
        if (schema.Find(update.Table.Name.Full)?.Keys.FirstOrDefault(key => key is { Primary: true, Columns: not null }) is not { } key)
            return null;

        var columns = string.Join(", ", key.Columns!.Select(column => $"{TargetName.Of(update.Table)}.{column}"));
        var from = Text(update, new SourceSpan(update.From[0].Span.Start, update.From[^1].Span.End - update.From[0].Span.Start));
        var with = update.With is { } clause ? Text(update, clause.Span) + "\n" : "";
        var where = update.Where is { } condition ? $"\nWHERE {Text(update, condition.Span)}" : "";
        return $"{with}SELECT {columns}, count(*) FROM {Text(update, update.Table.Span)}, {from}{where}\nGROUP BY {columns} HAVING count(*) > 1;";
    }

    private static string Text(UpdateStatement update, SourceSpan span) => update.Source.Slice(span).ToString();
}
