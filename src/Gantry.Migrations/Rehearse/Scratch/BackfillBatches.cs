using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>
/// A backfill in batches of two rows: with a handful of rows in a table, a statement that means something else in each batch shows only when there are several.
/// Narrowed by the upgrader's own code.
/// </summary>
internal static class BackfillBatches
{
    private const int Rows = 2;

    /// <summary>The query for the keys of the table, each as a literal, in order.</summary>
    public static string Keys(ScriptStatement backfill, Dialect dialect)
    {
        var (table, key) = (SqlName.Table(backfill.Step.Backfill!.Table, dialect), SqlName.Quote(backfill.Step.Backfill.Key));
        return dialect == Dialect.Sqlite ? $"SELECT quote({key}) FROM {table} ORDER BY {key}" : $"SELECT quote_literal({key}::text) FROM {table} ORDER BY {key}";
    }

    /// <summary>The statement for each batch, in order; <paramref name="why"/> it cannot be narrowed, in which case the upgrader refuses it too.</summary>
    public static List<string> Statements(ScriptStatement backfill, IReadOnlyList<string> keys, out string? why)
    {
        var statements = new List<string>();
        if (RangedStatement.Of(backfill.Statement, backfill.Step.Backfill!.Table, out why) is not { } ranged)
            return statements;
        var key = $"{ranged.Qualifier}.{SqlName.Quote(backfill.Step.Backfill.Key)}";
        for (var from = 0; from < keys.Count; from += Rows)
            statements.Add(ranged.For($"({(from == 0 ? "" : $"{key} > {keys[from - 1]} AND ")}{key} <= {keys[Math.Min(from + Rows, keys.Count) - 1]})"));
        return statements;
    }
}
