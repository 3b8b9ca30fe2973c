using System.Text;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>A scenario as SQL that a person can run.</summary>
internal static class ScenarioSql
{
    /// <summary>One INSERT for each row. Columns that are NULL without a default are left out.</summary>
    public static string Inserts(ScenarioModel model, IReadOnlyList<Row> rows, Dialect dialect)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append(Insert(model, row, dialect, full: false)).Append(";\n");
        return text.ToString();
    }

    /// <summary>The INSERT of one row.</summary>
    /// <param name="model">The row's model.</param>
    /// <param name="row">The row.</param>
    /// <param name="dialect">Whose SQL.</param>
    /// <param name="full">Also the columns that are NULL.</param>
    public static string Insert(ScenarioModel model, Row row, Dialect dialect, bool full)
    {
        var table = model.Tables[row.Table];
        var places = Enumerable.Range(0, table.Columns.Count).Where(i => full || !row.Cells[i].IsNull || HasDefault(model, table, i)).ToList();
        if (places.Count == 0)
            return $"INSERT INTO {SqlName.Table(table.Name, dialect)} DEFAULT VALUES";
        return $"INSERT INTO {Into(table, places, dialect)} VALUES ({string.Join(", ", places.Select(i => row.Cells[i].Literal(dialect)))})";
    }

    /// <summary>One INSERT for many rows of a table that has columns.</summary>
    public static string Insert(ScenarioModel model, IReadOnlyList<Row> rows, Dialect dialect)
    {
        var table = model.Tables[rows[0].Table];
        return $"INSERT INTO {Into(table, Enumerable.Range(0, table.Columns.Count), dialect)} VALUES "
            + string.Join(", ", rows.Select(row => $"({string.Join(", ", row.Cells.Select(cell => cell.Literal(dialect)))})"));
    }

    /// <summary><c>table (a, b)</c>, also over an identity that is always generated.</summary>
    public static string Into(TableModel table, IEnumerable<int> places, Dialect dialect) =>
        $"{SqlName.Table(table.Name, dialect)} ({string.Join(", ", places.Select(i => SqlName.Quote(table.Columns[i].Name)))})"
        + (dialect == Dialect.Postgres && table.Columns.Any(column => column.Identity) ? " OVERRIDING SYSTEM VALUE" : "");

    private static bool HasDefault(ScenarioModel model, TableModel table, int column) =>
        model.Schema.Find(table.Name)?.Columns.FirstOrDefault(own => own.Name == table.Columns[column].Name)?.Default is not null;
}
