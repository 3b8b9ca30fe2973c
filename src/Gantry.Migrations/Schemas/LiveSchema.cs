using System.Data.Common;

namespace Gantry.Migrations.Schemas;

/// <summary>Asks a living database what it looks like. Reads only; the caller's transaction, if there is one, is the one that it reads in.</summary>
public static class LiveSchema
{
    /// <summary>The tables, views, keys, checks, indexes and functions of this database, its own bookkeeping (<c>sqlite_…</c>, <c>pg_catalog</c>) left out.</summary>
    /// <param name="connection">Open. On PostgreSQL tables of the connection's current schema go by their bare names, others as <c>schema.table</c>.</param>
    /// <param name="dialect">Which engine it is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DbException">The database cannot be read.</exception>
    public static async Task<DatabaseSchema> ReadAsync(DbConnection connection, Dialect dialect, CancellationToken cancellationToken = default) =>
        dialect == Dialect.Sqlite ? new(dialect, await SqliteCatalog.ReadAsync(connection, cancellationToken))
        : new(dialect, await PostgresCatalog.ReadAsync(connection, cancellationToken)) { Functions = await PostgresFunctions.ReadAsync(connection, cancellationToken) };

    internal static async Task<List<T>> QueryAsync<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows;
    }

    internal static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
