using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// unbatched-backfill: one UPDATE over many rows of a table that is in use. Its rows stay locked, and on SQLite all writers wait, until the last one is done.
/// Left alone: rows that the WHERE names, tables that the same script makes, backfill steps.
/// </summary>
internal sealed class UnbatchedBackfill : ICheckRule
{
    public RuleDescription Description { get; } = new("unbatched-backfill", Severity.Warning, "One UPDATE writes many rows of a table that is in use");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        if (at.Step.Backfill is not null || !at.Forward)
            yield break;

        foreach (var (statement, runs) in at.Statements)
            if (runs && statement is UpdateStatement update && at.Existed(update.Table.Name) && !NamedRows.In(update, at.Before))
                yield return CheckedStatement.Find(Description, update, update.Table,
                    $"This UPDATE may write many rows of {update.Table.Name} in one statement: until it is done, "
                    + (at.Dialect == Dialect.Postgres ? "whoever writes one of them waits, and dead rows pile up." : "nobody else can write to the database."),
                    $"Put it into a step of its own that runs in batches: -- step: backfill table={update.Table.Name} key={Key(update, at)}. With another tool, go through ranges of the key, a transaction each.");
    }

    private static string Key(UpdateStatement update, CheckedStatement at) =>
        at.Before.Find(update.Table.Name.Full)?.Keys.FirstOrDefault(key => key is { Primary: true, Columns.Count: 1 })?.Columns![0] ?? "KEY";
}
