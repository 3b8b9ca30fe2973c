using Gantry.Migrations.Databases;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Does on SQLite what its ALTER TABLE does not know, by SQLite's documented procedure: a new table, the rows copied, the old one dropped, the new one renamed, its
/// indexes and triggers made again. The caller's transaction has foreign keys switched off, and looks at them before it commits.
/// </summary>
internal static class SqliteRebuild
{
    private const string Prefix = "gantry_rebuilt_";

    /// <summary>Runs an ALTER TABLE that SQLite does not take as it is.</summary>
    /// <returns>How many rows were copied; null when the statement is none of that kind, and is to be run as it is.</returns>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The rows do not fit the new table.</exception>
    public static async Task<long?> TryRunAsync(EngineSession session, StatementText statement, CancellationToken cancellationToken)
    {
        if (TableChange.Read(statement, out var written) is not { } changes || changes is [TableChange.Native])
            return null;
        var table = Unquoted(written);
        var rows = 0L;
        foreach (var change in changes)
            rows += change switch
            {
                TableChange.Nothing => 0,
                TableChange.Native native => await session.ExecuteAsync($"ALTER TABLE {written} {native.Action}", cancellationToken),
                _ => await RebuildAsync(session, table, change, cancellationToken),
            };
        return rows;
    }

    /// <summary>An engine's words about the table that is being built, turned to the table that people know.</summary>
    public static EngineError InPeoplesWords(EngineError error) => error.Message.Contains(Prefix, StringComparison.Ordinal)
        ? error with { Message = error.Message.Replace(Prefix, "", StringComparison.Ordinal), Table = error.Table?.Replace(Prefix, "", StringComparison.Ordinal) } : error;

    private static async Task<long> RebuildAsync(EngineSession session, string table, TableChange change, CancellationToken cancellationToken)
    {
        var text = (string?)await session.ScalarAsync("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = @table COLLATE NOCASE", cancellationToken, ("@table", table))
            ?? throw Refused($"no such table: {table}");
        var changed = SqliteTableText.Change(text, table, change, out var why) ?? throw Refused("no such column: " + why);
        if (changed == text && change is not TableChange.Type { Using: not null })
            return 0;

        var columns = await session.QueryAsync("SELECT name FROM pragma_table_xinfo(@table) WHERE hidden = 0 ORDER BY cid", int.MaxValue, cancellationToken, ("@table", table));
        return await ReplaceAsync(session, table, changed, [.. columns.Rows.Select(row => (string)row[0]!).Select(column => (Diagnosis.Quoted(column),
            change is TableChange.Type { Using: { } expression } type && type.Column.Equals(column, StringComparison.OrdinalIgnoreCase) ? $"({expression})" : Diagnosis.Quoted(column)))], cancellationToken);
    }

    /// <summary>Puts a table in the place of another, with its rows, indexes and triggers.</summary>
    /// <param name="session">In a transaction, foreign keys off.</param>
    /// <param name="table">The table's name, which it keeps.</param>
    /// <param name="text">CREATE TABLE of what it is to be.</param>
    /// <param name="columns">The new table's columns, quoted, and for each its value in terms of the old one.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many rows were copied.</returns>
    public static async Task<long> ReplaceAsync(EngineSession session, string table, string text, IReadOnlyList<(string Column, string Value)> columns, CancellationToken cancellationToken)
    {
        var (name, scratch) = (Diagnosis.Quoted(table), Diagnosis.Quoted(Prefix + table));
        var others = await session.QueryAsync(
            "SELECT sql FROM sqlite_master WHERE tbl_name = @table COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid", int.MaxValue, cancellationToken, ("@table", table));
        var sequence = await SequenceAsync(session, table, cancellationToken);

        await session.ExecuteAsync(SqliteTableText.Renamed(text, scratch), cancellationToken);
        var rows = await session.ExecuteAsync(
            $"INSERT INTO {scratch} ({string.Join(", ", columns.Select(column => column.Column))}) SELECT {string.Join(", ", columns.Select(column => column.Value))} FROM {name}", cancellationToken);
        await session.ExecuteAsync($"DROP TABLE {name}", cancellationToken);
        // Otherwise views that name the table, which is not there at this moment, would make the renaming fail.
        await session.ExecuteAsync("PRAGMA legacy_alter_table = ON", cancellationToken);
        try
        {
            await session.ExecuteAsync($"ALTER TABLE {scratch} RENAME TO {name}", cancellationToken);
        }
        finally
        {
            await session.ExecuteAsync("PRAGMA legacy_alter_table = OFF", CancellationToken.None);
        }
        foreach (var other in others.Rows)
            await session.ExecuteAsync((string)other[0]!, cancellationToken);
        if (sequence is not null)
            await RestoreSequenceAsync(session, table, sequence, cancellationToken);
        return rows;
    }

    // AUTOINCREMENT must not give out again the number of a row that was deleted.
    private static async Task<object?> SequenceAsync(EngineSession session, string table, CancellationToken cancellationToken) =>
        await session.ScalarAsync("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'", cancellationToken) is null ? null
            : await session.ScalarAsync("SELECT seq FROM sqlite_sequence WHERE name = @table COLLATE NOCASE", cancellationToken, ("@table", table));

    private static async Task RestoreSequenceAsync(EngineSession session, string table, object sequence, CancellationToken cancellationToken)
    {
        if (await session.ExecuteAsync("UPDATE sqlite_sequence SET seq = @seq WHERE name = @table COLLATE NOCASE", cancellationToken, ("@seq", sequence), ("@table", table)) == 0)
            await session.ExecuteAsync("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @seq)", cancellationToken, ("@seq", sequence), ("@table", table));
    }

    private static Microsoft.Data.Sqlite.SqliteException Refused(string why) => new($"SQLite cannot: '{why}'", SQLitePCL.raw.SQLITE_ERROR, SQLitePCL.raw.SQLITE_ERROR);

    private static string Unquoted(string name)
    {
        var last = name.StartsWith("main.", StringComparison.OrdinalIgnoreCase) ? name[5..] : name;
        return last.Length > 1 && last[0] is '"' or '`' or '[' ? last[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : last;
    }
}
