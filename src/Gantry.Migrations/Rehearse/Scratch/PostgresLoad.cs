using System.Text;
using Gantry.Migrations.Rehearse.Scenarios;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>The SQL that fills a PostgreSQL database.</summary>
internal static class PostgresLoad
{
    /// <summary>All rows in one statement: foreign keys are checked at its end, so that no order of tables is needed, not even in a circle.</summary>
    public static string Statement(RowLoad load, IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder();
        foreach (var group in rows.GroupBy(row => row.Table))
        {
            var table = load.Model.Tables[group.Key];
            text.Append(text.Length == 0 ? "WITH " : ", ").Append('r').Append(group.Key).Append(" AS (");
            text.Append(table.Columns.Count == 0 ? $"INSERT INTO {SqlName.Table(table.Name, Dialect.Postgres)} DEFAULT VALUES" : ScenarioSql.Insert(load.Model, [.. group], Dialect.Postgres)).Append(')');
        }
        return text.Append(" SELECT 1").ToString();
    }

    /// <summary>Sets every sequence behind what was put in, so that a migration's own rows get numbers that are free, and the same ones in every run.</summary>
    public static string Sequences(ScenarioModel model)
    {
        var text = new StringBuilder();
        foreach (var table in model.Tables)
            foreach (var column in table.Columns.Where(column => column.Identity))
            {
                var name = SqlName.Table(table.Name, Dialect.Postgres);
                text.Append($"SELECT setval(pg_get_serial_sequence('{name.Replace("'", "''", StringComparison.Ordinal)}', '{column.Name.Replace("'", "''", StringComparison.Ordinal)}'), greatest(coalesce((SELECT max({SqlName.Quote(column.Name)}) FROM {name}), 0), 0) + 1, FALSE);");
            }
        return text.ToString();
    }
}
