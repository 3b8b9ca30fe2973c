using Gantry.Migrations;

namespace Gantry.Testing.SubqueryFuzz;

/// <summary>Statements with a subquery that stands for a value: mostly nearly right, so that a proof has something to get wrong.</summary>
internal sealed class FuzzStatement(FuzzSchema schema, Random random, Dialect dialect)
{
    private readonly List<(string Alias, FuzzSchema.FuzzTable Table)> _inner = [];
    private (string Alias, FuzzSchema.FuzzTable Table) _outer;

    private bool Postgres => dialect == Dialect.Postgres;

    /// <summary>The subquery, and what is around it.</summary>
    public (string Subquery, string From) Next()
    {
        _inner.Clear();
        var outer = Table();
        // Without an alias, an inner table of the same name hides it.
        _outer = random.Next(3) == 0 ? (outer.Name, outer) : ("o", outer);
        var subquery = random.Next(3) == 0 && new FuzzKeyQuery(schema, random, dialect, _outer).Next() is { } whole ? whole : Select();
        if (random.Next(14) == 0 && !subquery.Contains("LIMIT", StringComparison.Ordinal) && !subquery.Contains("FETCH", StringComparison.Ordinal))
            subquery = $"{subquery} {schema.Pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT")} SELECT {Value("int")}";
        return (subquery, $"{outer.Name}{(_outer.Alias == "o" ? " AS o" : "")}");
    }

    private FuzzSchema.FuzzTable Table() => schema.Tables[random.Next(schema.Tables.Count)];

    private string Select()
    {
        var from = From();
        var where = string.Join(" AND ", Conditions());
        var group = random.Next(8) == 0 ? $" GROUP BY {Inner()}" : "";
        var item = random.Next(9) switch
        {
            0 => $"max({Inner()}::text)",
            1 => "count(*)",
            2 => Postgres ? $"count({Outer()})" : $"max({Inner()})",
            3 when Postgres => "generate_series(1, 2)",
            4 => $"max({Inner()}{(Postgres ? "::text" : "")}) OVER ()",
            _ => group.Length > 0 ? group[10..] : Inner(),
        };
        if (!Postgres)
            item = item.Replace("::text", "", StringComparison.Ordinal);
        var distinct = random.Next(10) == 0 ? "DISTINCT " : Postgres && random.Next(14) == 0 ? $"DISTINCT ON ({Inner()}) " : "";
        var tail = random.Next(16) switch
        {
            0 => " LIMIT 1",
            1 => " LIMIT 2",
            2 when Postgres => " ORDER BY 1 FETCH FIRST 1 ROW WITH TIES",
            _ => "",
        };
        return $"SELECT {distinct}{item} FROM {from}{(where.Length > 0 ? $" WHERE {where}" : "")}{group}{tail}";
    }

    private string From()
    {
        var text = Source();
        for (var joins = random.Next(4) switch { 0 => 2, 1 or 2 => 1, _ => 0 }; joins > 0; joins--)
            text = random.Next(7) switch
            {
                0 => $"{text}, {Source()}",
                1 => $"{text} JOIN {Source()} USING (c{random.Next(4)})",
                2 => $"{text} LEFT JOIN {Source()} ON {On()}",
                3 => $"{text} {(Postgres ? schema.Pick("RIGHT", "FULL") : "LEFT")} JOIN {Source()} ON {On()}",
                _ => $"{text} JOIN {Source()} ON {On()}",
            };
        return text;
    }

    private string On() => string.Join(" AND ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => Condition()));

    private string Source()
    {
        var table = Table();
        var alias = random.Next(4) == 0 ? table.Name : $"i{_inner.Count}";
        if (_inner.Any(other => other.Alias == alias))
            alias = $"i{_inner.Count}";
        _inner.Add((alias, table));
        var only = Postgres && random.Next(4) == 0 ? "ONLY " : "";
        return random.Next(9) switch
        {
            0 => $"(SELECT DISTINCT c0, c1, c2, c3 FROM {table.Name}) AS {alias}",
            1 => $"(SELECT c0, max(c1) AS c1, min(c2) AS c2, count(*) AS c3 FROM {table.Name} GROUP BY c0) AS {alias}",
            2 => $"(SELECT * FROM {only}{table.Name}{(random.Next(3) == 0 ? " LIMIT 1" : "")}) AS {alias}",
            _ => alias == table.Name ? only + table.Name : $"{only}{table.Name} AS {alias}",
        };
    }

    private IEnumerable<string> Conditions()
    {
        // Mostly a whole key of each table, and then one thing less or more.
        foreach (var (alias, table) in _inner)
            if (table.Keys.Count > 0 && random.Next(5) > 0)
                foreach (var column in table.Keys[random.Next(table.Keys.Count)].Where(_ => random.Next(7) > 0))
                    yield return Compare($"{alias}.{column}", table.Columns.First(candidate => candidate.Name == column).Type);
        for (var more = random.Next(3); more > 0; more--)
            yield return Condition();
    }

    private string Condition()
    {
        var (alias, table) = _inner[random.Next(_inner.Count)];
        var (column, type) = table.Columns[random.Next(table.Columns.Count)];
        return random.Next(12) switch
        {
            0 => $"{alias}.{column} IS NULL",
            1 => $"{alias}.{column} IS NOT NULL",
            2 => $"({Compare($"{alias}.{column}", type)} OR {Compare(Inner(), type)})",
            3 => $"NOT {Compare($"{alias}.{column}", type)}",
            4 => $"lower({alias}.{column}{(Postgres ? "::text" : "")}) = {schema.Pick("'a'", "'1'", Outer() + (Postgres ? "::text" : ""))}",
            5 => $"({alias}.{column}, {Inner()}) = ({Other(type)}, {Other(type)})",
            6 when Postgres && type == "boolean" => $"{alias}.{column}",
            7 => $"{alias}.c2 = {Value(table.Columns[2].Type)}",
            _ => Compare($"{alias}.{column}", type),
        };
    }

    private string Compare(string column, string type)
    {
        var other = Other(type);
        return random.Next(14) switch
        {
            0 => $"{column} {(Postgres ? "IS NOT DISTINCT FROM" : "IS")} {other}",
            1 => $"{column} IN ({other})",
            2 => $"{other} = {column}",
            3 => $"{column} IN ({other}, {Other(type)})",
            4 => Postgres ? $"{column}::text = {Outer()}::text" : $"CAST({column} AS TEXT) = {other}",
            5 => Postgres ? $"{column} = {Outer()}::{schema.Pick("float8", "char(3)", "text", "numeric")}" : $"{column} = {other} COLLATE {schema.Pick("NOCASE", "BINARY", "RTRIM")}",
            6 => $"{column} <= {other}",
            7 => $"{other} = {column}",
            _ => $"{column} = {other}",
        };
    }

    private string Other(string type) => random.Next(8) switch
    {
        0 or 1 => Value(type),
        2 => Inner(),
        3 => Postgres ? $"coalesce({Inner()}, {Value(type)})" : $"coalesce({Outer()}, {Value(type)})",
        // Without its table's name it means whichever table is nearest.
        4 => $"c{random.Next(4)}",
        5 => Postgres ? schema.Pick("(random() * 2)::int", "floor(random() * 2)::int::text") : "abs(random()) % 3",
        _ => SameType(type),
    };

    private string SameType(string type)
    {
        var columns = _outer.Table.Columns.Where(column => column.Type == type).ToList();
        return columns.Count > 0 ? $"{_outer.Alias}.{columns[random.Next(columns.Count)].Name}" : Outer();
    }

    private string Value(string type) => schema.Value(type);

    private string Inner() => $"{_inner[random.Next(_inner.Count)].Alias}.c{random.Next(4)}";

    private string Outer() => $"{_outer.Alias}.c{random.Next(4)}";
}
