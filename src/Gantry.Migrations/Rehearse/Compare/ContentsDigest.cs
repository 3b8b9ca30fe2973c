using System.Data.Common;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;
using Npgsql;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>
/// What a database of any size holds, in a few bytes for each column: the number of rows, and the sum of the hashes of its cells, each with its row's key. Equal
/// contents have equal sums in any order; it tells the table and the column that differ, not the row.
/// </summary>
/// <param name="Tables">By name: rows, and sums by column.</param>
internal sealed record ContentsDigest(IReadOnlyDictionary<string, (long Rows, IReadOnlyDictionary<string, ulong> Sums)> Tables)
{
    /// <summary>All rows.</summary>
    public long Rows => Tables.Values.Sum(table => table.Rows);

    public static async Task<ContentsDigest> ReadAsync(DbConnection connection, DatabaseSchema schema, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, (long, IReadOnlyDictionary<string, ulong>)>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in TrialEngine.Readable(schema))
            tables[name] = await TableAsync(connection, schema, schema.Find(name)!, cancellationToken);
        return new ContentsDigest(tables);
    }

    /// <summary>What differs, in sentences. Tables that only one side has are left to the comparison of schemas.</summary>
    public List<string> Differences(ContentsDigest other, string here, string there)
    {
        var found = new List<string>();
        foreach (var (name, table) in Tables.OrderBy(table => table.Key, StringComparer.Ordinal))
            if (other.Tables.TryGetValue(name, out var twin))
            {
                if (table.Rows != twin.Rows)
                    found.Add($"{name}: {table.Rows} rows {here}, {twin.Rows} {there}");
                else
                    found.AddRange(table.Sums.Where(column => twin.Sums.TryGetValue(column.Key, out var sum) && sum != column.Value).Select(column => $"{name}: {column.Key} holds other values {here} than {there}"));
            }
        return found;
    }

    private static async Task<(long, IReadOnlyDictionary<string, ulong>)> TableAsync(DbConnection connection, DatabaseSchema schema, TableSchema table, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {SqlName.Table(table.Name, schema.Dialect)}";
        command.CommandTimeout = 0;
        if (command is NpgsqlCommand postgres)
            postgres.AllResultTypesAreUnknown = true;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var key = (table.Keys.FirstOrDefault(key => key.Primary)?.Columns ?? []).Select(name => columns.FindIndex(column => schema.Names.Equals(column, name))).Where(place => place >= 0).ToList();
        var sums = new ulong[columns.Count];
        var rows = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            rows++;
            var cells = new string?[columns.Count];
            for (var i = 0; i < cells.Length; i++)
                cells[i] = schema.Dialect == Dialect.Sqlite ? SqliteCell.Text(reader.GetValue(i)) : reader.IsDBNull(i) ? null : reader.GetString(i);
            // Without a key the row is its own: a value that moved to another row still shows.
            var of = Hash(14695981039346656037, key.Count > 0 ? key.Select(place => cells[place]) : cells);
            for (var i = 0; i < cells.Length; i++)
                sums[i] += Hash(of, [cells[i]]);
        }
        return (rows, columns.Select((column, i) => (column, sums[i])).DistinctBy(pair => pair.column, StringComparer.OrdinalIgnoreCase).ToDictionary(pair => pair.column, pair => pair.Item2, StringComparer.OrdinalIgnoreCase));
    }

    // FNV-1a, and a last mixing: sums of it must not cancel out.
    private static ulong Hash(ulong hash, IEnumerable<string?> cells)
    {
        foreach (var cell in cells)
        {
            foreach (var letter in cell ?? "\u0002")
                hash = (hash ^ letter) * 1099511628211;
            hash = (hash ^ 0x1F) * 1099511628211;
        }
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 27);
    }
}
