using Gantry.Migrations;

namespace Gantry.Testing.SubqueryFuzz;

/// <summary>A few small tables with keys of all kinds, and rows in which few values come up again and again: whatever can agree does.</summary>
internal sealed class FuzzSchema
{
    private static readonly string[] PostgresTypes = ["int", "bigint", "text", "varchar(5)", "char(3)", "numeric", "float8", "boolean", "int", "text", "bigint", "float8"];
    private static readonly string[] SqliteTypes = ["INTEGER", "TEXT", "TEXT COLLATE NOCASE", "", "NUMERIC", "VARCHAR(5)", "INTEGER", "TEXT", "BLOB"];

    private readonly Random _random;
    private readonly Dialect _dialect;

    public FuzzSchema(Random random, Dialect dialect)
    {
        (_random, _dialect) = (random, dialect);
        Tables = [.. Enumerable.Range(0, 4).Select(Table)];
    }

    /// <summary>A table.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Columns">Its columns and their types.</param>
    /// <param name="Ddl">What makes it, statement by statement.</param>
    /// <param name="Keys">The columns of its keys: what is worth binding.</param>
    internal sealed record FuzzTable(string Name, IReadOnlyList<(string Name, string Type)> Columns, IReadOnlyList<string> Ddl, IReadOnlyList<string[]> Keys);

    public IReadOnlyList<FuzzTable> Tables { get; }

    public string Ddl => string.Join(";\n", Tables.SelectMany(table => table.Ddl)) + ";";

    /// <summary>Rows to insert, one statement each. Those that break a key are refused; that is meant.</summary>
    public IEnumerable<string> Rows()
    {
        foreach (var table in Tables)
            for (var rows = _random.Next(1, 14); rows > 0; rows--)
                yield return $"INSERT INTO {table.Name} VALUES ({string.Join(", ", table.Columns.Select(column => Value(column.Type)))})";
        if (_dialect == Dialect.Postgres)
            foreach (var child in Tables.Where(table => table.Ddl.Any(ddl => ddl.Contains("INHERITS", StringComparison.Ordinal))))
                for (var rows = 0; rows < 4; rows++)
                    yield return $"INSERT INTO {child.Name}_child VALUES ({string.Join(", ", child.Columns.Select(column => Value(column.Type)))})";
    }

    /// <summary>A value of a type; often one that another row has too.</summary>
    public string Value(string type)
    {
        if (_random.Next(6) == 0)
            return "NULL";
        if (_dialect == Dialect.Sqlite)
            return Pick("1", "'1'", "'01'", "2", "'a'", "'A'", "1.0", "'a '", "0");
        return type switch
        {
            "int" => Pick("0", "1", "2"),
            "bigint" => Pick("0", "1", "9007199254740992", "9007199254740993"),
            "numeric" => Pick("1", "1.0", "2", "9007199254740993", "9007199254740992"),
            "float8" => Pick("0", "1", "9007199254740992"),
            "boolean" => Pick("true", "false"),
            _ => Pick("'a'", "'A'", "'a '", "'1'", "'b'"),
        };
    }

    public string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private FuzzTable Table(int number)
    {
        var name = $"t{number}";
        var types = _dialect == Dialect.Postgres ? PostgresTypes : SqliteTypes;
        // The same names in all tables: each is hidden by, or hides, another.
        var columns = Enumerable.Range(0, 4).Select(column => (Name: $"c{column}", Type: types[_random.Next(types.Length)])).ToList();
        var keys = new List<string[]>();
        var parts = columns.Select(column => $"{column.Name} {column.Type}{(_random.Next(3) == 0 ? " NOT NULL" : "")}").ToList();
        var after = new List<string>();
        if (_random.Next(4) > 0)
            parts.Add($"PRIMARY KEY ({Key(keys)})");
        if (_random.Next(2) == 0)
            parts.Add($"UNIQUE ({Key(keys)}){(_dialect == Dialect.Postgres && _random.Next(2) == 0 ? " DEFERRABLE INITIALLY DEFERRED" : "")}");
        if (_random.Next(2) == 0)
            after.Add($"CREATE UNIQUE INDEX u{number} ON {name} ({Key(keys)}) WHERE {Pick("c0 IS NOT NULL", "c1 IS NULL", "c2 = " + Value(columns[2].Type))}");
        if (_random.Next(3) == 0)
            after.Add($"CREATE UNIQUE INDEX e{number} ON {name} (lower({(_dialect == Dialect.Postgres ? "c3::text" : "c3")}))");
        var inherited = _dialect == Dialect.Postgres && _random.Next(5) == 0;
        if (inherited)
            after.Add($"CREATE TABLE {name}_child () INHERITS ({name})");
        return new FuzzTable(name, columns, [$"CREATE TABLE {name} ({string.Join(", ", parts)})", .. after], keys);
    }

    private string Key(List<string[]> keys)
    {
        string[] columns = [.. Enumerable.Range(0, 4).OrderBy(_ => _random.Next()).Take(_random.Next(1, 3)).Select(column => $"c{column}")];
        keys.Add(columns);
        return string.Join(", ", columns);
    }
}
