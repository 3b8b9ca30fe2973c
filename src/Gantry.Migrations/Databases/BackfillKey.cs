using System.Globalization;

namespace Gantry.Migrations.Databases;

/// <summary>The column that a backfill goes through a table by, as the database has it.</summary>
/// <param name="Table">As the statement writes it.</param>
/// <param name="Column">As it is written in SQL.</param>
/// <param name="Type">PostgreSQL's type of it; empty on SQLite, where a value carries its own.</param>
internal sealed record BackfillKey(string Table, string Column, string Type)
{
    /// <summary>Looks the column up.</summary>
    /// <returns>The key, or why it cannot be one.</returns>
    public static Task<(BackfillKey? Key, string? Why)> FindAsync(EngineSession session, string table, string column, CancellationToken cancellationToken) =>
        session.Dialect == Dialect.Sqlite ? FindSqliteAsync(session, table, column, cancellationToken) : FindPostgresAsync(session, table, column, cancellationToken);

    /// <summary>The condition of a range.</summary>
    /// <param name="qualifier">The name by which the statement knows the table; empty for none.</param>
    /// <param name="low">Whether there is a lower end.</param>
    /// <param name="high">Whether there is an upper end.</param>
    public string Condition(string qualifier, bool low, bool high)
    {
        var column = qualifier.Length > 0 ? $"{qualifier}.{Column}" : Column;
        return string.Join(" AND ", ((string[])[low ? $"{column} > {Value("@gantry_low")}" : "", high ? $"{column} <= {Value("@gantry_high")}" : ""]).Where(part => part.Length > 0));
    }

    /// <summary>The key of the last row of the next batch; null when fewer rows are left.</summary>
    public Task<object?> EndAsync(EngineSession session, object? low, int rows, CancellationToken cancellationToken) =>
        session.ScalarAsync(string.Create(CultureInfo.InvariantCulture,
            $"SELECT {Read} FROM {Table} {Where(low, null)} ORDER BY {Column} LIMIT 1 OFFSET {rows - 1}"), cancellationToken, Parameters(low, null));

    /// <summary>The key of the last row of all; null when none is left.</summary>
    public Task<object?> LastAsync(EngineSession session, object? low, CancellationToken cancellationToken) =>
        session.ScalarAsync($"SELECT {Read} FROM {Table} {Where(low, null)} ORDER BY {Column} DESC LIMIT 1", cancellationToken, Parameters(low, null));

    /// <summary>How many rows a range has.</summary>
    public Task<long> CountAsync(EngineSession session, object? low, object high, CancellationToken cancellationToken) =>
        session.CountAsync($"SELECT count(*) FROM {Table} {Where(low, high)}", cancellationToken, Parameters(low, high));

    /// <summary>How many rows the table has; on PostgreSQL, where it is large, as its statistics have it.</summary>
    public async Task<long> TotalAsync(EngineSession session, CancellationToken cancellationToken)
    {
        const long Large = 200_000;
        var estimate = session.Dialect == Dialect.Sqlite ? 0
            : await session.CountAsync("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(@table)", cancellationToken, ("@table", Table));
        return estimate >= Large ? estimate : await session.CountAsync($"SELECT count(*) FROM {Table}", cancellationToken);
    }

    /// <summary>The ends of a range, for a statement with its condition.</summary>
    public static (string Name, object? Value)[] Parameters(object? low, object? high) =>
        (low, high) switch
        {
            (null, null) => [],
            (null, _) => [("@gantry_high", high)],
            (_, null) => [("@gantry_low", low)],
            _ => [("@gantry_low", low), ("@gantry_high", high)],
        };

    // Under a name of its own: ORDER BY would otherwise take the text for the column.
    private string Read => Type.Length > 0 ? $"CAST({Column} AS text) AS gantry_key" : Column;

    private string Value(string parameter) => Type.Length > 0 ? $"CAST({parameter} AS {Type})" : parameter;

    private string Where(object? low, object? high) => low is null && high is null ? "" : "WHERE " + Condition("", low is not null, high is not null);

    private static async Task<(BackfillKey?, string?)> FindSqliteAsync(EngineSession session, string table, string column, CancellationToken cancellationToken)
    {
        var name = table.Split('.')[^1].Trim('"', '`', '[', ']');
        var rows = await session.QueryAsync("SELECT name, pk, upper(type) FROM pragma_table_xinfo(@table) WHERE name = @column COLLATE NOCASE", 1, cancellationToken, ("@table", name), ("@column", column));
        var rowId = rows.Count == 0 && column.ToUpperInvariant() is "ROWID" or "_ROWID_" or "OID";
        if (rows.Count == 0 && !rowId)
            return (null, $"{table} has no column {column} to go through it by.");

        var key = new BackfillKey(table, rowId ? column : '"' + (string)rows.Rows[0][0]! + '"', "");
        var isRowId = rowId || Convert.ToInt64(rows.Rows[0][1], CultureInfo.InvariantCulture) == 1 && (string?)rows.Rows[0][2] == "INTEGER";
        if (!isRowId && await session.CountAsync(
            "SELECT count(*) FROM pragma_index_list(@table) l, pragma_index_info(l.name) i WHERE i.seqno = 0 AND i.name = @column COLLATE NOCASE AND l.partial = 0",
            cancellationToken, ("@table", name), ("@column", column)) == 0)
            return (null, NoIndex(table, column));
        return await RefuseNullsAsync(session, key, column, cancellationToken);
    }

    private static async Task<(BackfillKey?, string?)> FindPostgresAsync(EngineSession session, string table, string column, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync("""
            SELECT quote_ident(a.attname), format_type(a.atttypid, NULL), EXISTS (
              SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indisvalid)
            FROM pg_attribute a WHERE a.attrelid = to_regclass(@table) AND a.attnum > 0 AND NOT a.attisdropped AND (a.attname = @column OR a.attname = lower(@column))
            """, 1, cancellationToken, ("@table", table), ("@column", column));
        if (rows.Count == 0)
            return (null, $"{table} has no column {column} to go through it by.");
        if (rows.Rows[0][2] is not true)
            return (null, NoIndex(table, column));
        return await RefuseNullsAsync(session, new BackfillKey(table, (string)rows.Rows[0][0]!, (string)rows.Rows[0][1]!), column, cancellationToken);
    }

    private static async Task<(BackfillKey?, string?)> RefuseNullsAsync(EngineSession session, BackfillKey key, string column, CancellationToken cancellationToken) =>
        await session.ScalarAsync($"SELECT 1 FROM {key.Table} WHERE {key.Column} IS NULL LIMIT 1", cancellationToken) is null
            ? (key, null) : (null, $"{key.Table} has rows without {column}: they would never be reached. Go through it by a column that is never NULL.");

    private static string NoIndex(string table, string column) =>
        $"{table} has no index that begins with {column}: each batch would read the whole table. Go through it by its primary key, or make the index first.";
}
