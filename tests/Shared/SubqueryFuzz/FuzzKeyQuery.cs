using Gantry.Migrations;

namespace Gantry.Testing.SubqueryFuzz;

/// <summary>
/// A subquery that binds a whole key and has one thing wrong with it at most, so that the proof stands and falls with that one thing: a key that is deferrable, a
/// comparison under another collation or in another type, a key bound only where an outer join does not ask for it, an aggregate that belongs further out.
/// Chance alone hardly ever makes such a one: something else mostly spoils it.
/// </summary>
internal sealed class FuzzKeyQuery(FuzzSchema schema, Random random, Dialect dialect, (string Alias, FuzzSchema.FuzzTable Table) outer)
{
    private static readonly string[][] Related = [["int", "bigint", "numeric", "float8"], ["text", "varchar(5)", "char(3)"], ["TEXT", "TEXT COLLATE NOCASE", "VARCHAR(5)", "", "INTEGER", "NUMERIC"]];

    /// <summary>The subquery; null when no table has a key.</summary>
    public string? Next()
    {
        var keyed = schema.Tables.Where(table => table.Keys.Count > 0).ToList();
        if (keyed.Count == 0 || outer.Alias != "o")
            return null;
        var table = keyed[random.Next(keyed.Count)];
        var bound = Bound("k0", table);
        return random.Next(6) switch
        {
            0 => $"SELECT k0.c0 FROM {table.Name} AS k0 LEFT JOIN {Second(keyed, out var other)} AS k1 ON {bound} AND {Bound("k1", other)}",
            1 => $"SELECT k0.c0 FROM {Second(keyed, out var other)} AS k1 {(dialect == Dialect.Postgres ? "RIGHT" : "LEFT")} JOIN {table.Name} AS k0 ON {bound} AND {Bound("k1", other)}",
            2 when dialect == Dialect.Postgres => $"SELECT {schema.Pick("count", "max", "min")}(o.c{random.Next(4)}) FROM {table.Name} AS k0",
            _ => $"SELECT k0.c{random.Next(4)} FROM {table.Name} AS k0 WHERE {bound}",
        };
    }

    private string Second(List<FuzzSchema.FuzzTable> keyed, out FuzzSchema.FuzzTable table) => (table = keyed[random.Next(keyed.Count)]).Name;

    private string Bound(string alias, FuzzSchema.FuzzTable table) => string.Join(" AND ", table.Keys[random.Next(table.Keys.Count)]
        .Select(column => Equal($"{alias}.{column}", table.Columns.First(candidate => candidate.Name == column).Type)));

    private string Equal(string column, string type)
    {
        var related = Related.FirstOrDefault(types => types.Contains(type)) ?? [type];
        var candidates = outer.Table.Columns.Where(own => random.Next(2) == 0 ? own.Type == type : related.Contains(own.Type)).ToList();
        var other = candidates.Count > 0 ? $"o.{candidates[random.Next(candidates.Count)].Name}" : schema.Value(type);
        // In floating point, two large numbers that differ are the same.
        if (dialect == Dialect.Postgres && type is "bigint" or "numeric" && random.Next(4) == 0)
            other = $"({other})::float8";
        // On SQLite the left side's collation is the one that counts.
        return random.Next(2) == 0 ? $"{column} = {other}" : $"{other} = {column}";
    }
}
