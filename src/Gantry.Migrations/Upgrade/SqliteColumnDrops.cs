using Gantry.Migrations.Databases;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Several DROP COLUMN of one table in a row, done as one: SQLite's own writes all rows anew and reads the whole schema three times, for each. Whether the columns
/// may go, and what the table's text is without them, SQLite itself says, on a twin: a database in memory with the same schema and no rows. Whatever it
/// refuses there, and whatever is out of the ordinary, is left to be run statement by statement, so that what fails fails as it always did.
/// </summary>
internal sealed class SqliteColumnDrops
{
    // With fewer, to make the indexes anew costs more than to write the rows again.
    private const int Fewest = 3;

    // What a row's own number can be called, where no column has the name.
    private static readonly string[] RowNumbers = ["rowid", "_rowid_", "oid"];

    // The twin's answers, by all that they depend on: a rehearsal asks the same a hundred times.
    private readonly Dictionary<string, string?> _answers = [];

    /// <summary>Runs the statements from a place on that drop columns of one table.</summary>
    /// <param name="session">In a transaction, foreign keys off.</param>
    /// <param name="statements">A script's, or a step's.</param>
    /// <param name="from">The place.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many statements were run, and how many rows were copied; 0 statements when the one at the place is to be run as it is.</returns>
    public async Task<(int Statements, long Rows)> TryRunAsync(SqliteSession session, IReadOnlyList<StatementText> statements, int from, CancellationToken cancellationToken)
    {
        var (table, dropped) = Read(statements, from);
        if (dropped.Count < Fewest || await TextAsync(session, table, [.. statements.Skip(from).Take(dropped.Count)], cancellationToken) is not { } text)
            return (0, 0);

        await session.ExecuteAsync("SAVEPOINT gantry_drops", cancellationToken);
        try
        {
            var rows = await SqliteRebuild.ReplaceAsync(session, table, text, await ColumnsAsync(session, table, dropped, cancellationToken), cancellationToken);
            await session.ExecuteAsync("RELEASE gantry_drops", cancellationToken);
            return (dropped.Count, rows);
        }
        // Rows that the table's own constraints would not take any more: DROP COLUMN does not ask. After some errors (disk full) there is no transaction to go on with.
        catch (SqliteException) when (raw.sqlite3_get_autocommit(session.Sqlite.Handle!) == 0)
        {
            await session.ExecuteAsync("ROLLBACK TO gantry_drops", cancellationToken);
            await session.ExecuteAsync("RELEASE gantry_drops", cancellationToken);
            return (0, 0);
        }
    }

    private static (string Table, List<string> Dropped) Read(IReadOnlyList<StatementText> statements, int from)
    {
        var (table, dropped) = ("", new List<string>());
        for (var i = from; i < statements.Count && statements[i].StartsWith("ALTER", "TABLE"); i++)
        {
            if (SqlParser.Read(statements[i], Dialect.Sqlite) is not AlterTableStatement { Kind: "TABLE", IfExists: false, Name.Parts: [var name], Actions: [DropColumn { IfExists: false, Cascade: false } drop] }
                || dropped.Count > 0 && !name.Text.Equals(table, StringComparison.OrdinalIgnoreCase))
                break;
            table = name.Text;
            dropped.Add(drop.Column.Text);
        }
        return (table, dropped);
    }

    /// <summary>What the table's text is without the columns; null when SQLite has something against it, or the twin would not be one.</summary>
    private async Task<string?> TextAsync(SqliteSession session, string table, IReadOnlyList<StatementText> drops, CancellationToken cancellationToken)
    {
        var objects = await session.QueryAsync("SELECT name, sql FROM sqlite_master ORDER BY type <> 'table', rowid", int.MaxValue, cancellationToken);
        // What ANALYZE found out would go with the old table; a virtual table has tables of its own.
        if (objects.Rows.Any(row => ((string)row[0]!).StartsWith("sqlite_stat", StringComparison.OrdinalIgnoreCase) || row[1] is string sql && sql.StartsWith("CREATE VIRTUAL", StringComparison.OrdinalIgnoreCase)))
            return null;
        List<string> script = [.. objects.Rows.Where(row => row[1] is not null && !((string)row[0]!).StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)).Select(row => (string)row[1]!), .. drops.Select(drop => drop.Text)];
        var asked = string.Join(";\n", script);
        if (!_answers.TryGetValue(asked, out var text))
            _answers[asked] = text = OnTwin(script, table);
        return text;
    }

    private static string? OnTwin(List<string> script, string table)
    {
        using var twin = new SqliteConnection("Data Source=:memory:;Pooling=False");
        twin.Open();
        foreach (var statement in script)
            if (raw.sqlite3_exec(twin.Handle!, statement) != raw.SQLITE_OK)
                return null;
        using var command = twin.CreateCommand();
        command.CommandText = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = @table COLLATE NOCASE";
        command.Parameters.AddWithValue("@table", table);
        return command.ExecuteScalar() as string;
    }

    /// <summary>What stays, and the rows' own numbers, by which somebody may know them.</summary>
    private static async Task<List<(string, string)>> ColumnsAsync(SqliteSession session, string table, List<string> dropped, CancellationToken cancellationToken)
    {
        var columns = (await session.QueryAsync("SELECT name, hidden FROM pragma_table_xinfo(@table) ORDER BY cid", int.MaxValue, cancellationToken, ("@table", table))).Rows
            .Select(row => (Name: (string)row[0]!, IsStored: (long)row[1]! == 0)).ToList();
        List<string> copied = [.. columns.Where(column => column.IsStored && !dropped.Contains(column.Name, StringComparer.OrdinalIgnoreCase)).Select(column => Diagnosis.Quoted(column.Name))];
        var hasNumbers = await session.CountAsync("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = @table COLLATE NOCASE", cancellationToken, ("@table", table)) == 0;
        if (hasNumbers && RowNumbers.FirstOrDefault(name => !columns.Exists(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } number)
            copied.Insert(0, number);
        return [.. copied.Select(column => (column, column))];
    }
}
