using Gantry.Migrations.Databases;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Schemas;

public sealed class LiveSchemaTests(PostgresServer postgres)
{
    private const string Portable = """
        CREATE TABLE owners (id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id <> 'a)b'), nick TEXT UNIQUE);
        CREATE TABLE projects (
          org INTEGER NOT NULL, num INTEGER NOT NULL, owner TEXT REFERENCES owners, twin_org INTEGER, twin_num INTEGER,
          kind VARCHAR(20) DEFAULT 'plain', CONSTRAINT known_kind CHECK (kind IN ('plain', 'odd')),
          PRIMARY KEY (org, num), FOREIGN KEY (twin_org, twin_num) REFERENCES projects (org, num) ON DELETE CASCADE);
        CREATE UNIQUE INDEX ux_projects ON projects (lower(kind), org) WHERE owner IS NOT NULL;
        CREATE INDEX ix_projects_owner ON projects (owner DESC);
        CREATE VIEW plain_projects AS SELECT org FROM projects;
        """;

    [Fact]
    public async Task ReadAsync_PortableSchema_IsToldAlikeByBothEngines()
    {
        foreach (var schema in new[] { await SqliteAsync(Portable), await PostgresAsync(Portable) })
        {
            Assert.Equal(["owners", "plain_projects", "projects"], schema.Tables.Select(table => table.Name).Order());
            Assert.Equal(TableKind.View, schema.Find("plain_projects")!.Kind);

            var owners = schema.Find("owners")!;
            Assert.Single(owners.Checks, check => check.Expression.Contains("a)b", StringComparison.Ordinal));
            Assert.Equal(["id"], Assert.Single(owners.Keys, key => key.Primary).Columns);
            Assert.Equal(["nick"], Assert.Single(owners.Keys, key => !key.Primary).Columns);
            Assert.Empty(owners.Indexes);
            Assert.True(owners.Columns[0].NotNull);
            Assert.False(owners.Columns[1].NotNull);

            var projects = schema.Find("projects")!;
            Assert.Equal(["org", "num"], Assert.Single(projects.Keys, key => key.Primary).Columns);
            var partial = Assert.Single(projects.Keys, key => key.Name == "ux_projects");
            Assert.Null(partial.Columns);
            Assert.Contains("lower(", partial.Parts[0].Expression, StringComparison.Ordinal);
            Assert.Equal("org", partial.Parts[1].Column);
            Assert.Contains("owner IS NOT NULL", partial.Predicate, StringComparison.Ordinal);
            Assert.Equal(["owner"], Assert.Single(projects.Indexes, index => !index.Unique).Parts.Select(part => part.Column));

            var twin = Assert.Single(projects.ForeignKeys, key => key.ParentTable == "projects");
            Assert.Equal(["twin_org", "twin_num"], twin.Columns);
            Assert.Equal(["org", "num"], twin.ParentColumns);
            Assert.Equal("CASCADE", twin.OnDelete);
            Assert.Equal(["id"], Assert.Single(projects.ForeignKeys, key => key.ParentTable == "owners").ParentColumns);
            Assert.Equal("known_kind", Assert.Single(projects.Checks).Name);
            Assert.StartsWith("'plain'", projects.Columns[5].Default, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_SqliteOwnThings_AreTold()
    {
        var schema = await SqliteAsync("""
            CREATE TABLE numbered (id INTEGER PRIMARY KEY, name TEXT COLLATE nocase, twice INTEGER AS (id * 2) STORED, [odd "name] BLOB /* CHECK (0) */);
            CREATE TABLE loose (id TEXT PRIMARY KEY, untyped UNIQUE);
            CREATE TABLE tight (a TEXT, b INT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX ux ON numbered (name COLLATE RTRIM DESC, "odd ""name") WHERE name > ' WHERE (';
            """);

        var numbered = schema.Find("NUMBERED")!;
        Assert.True(numbered.Columns[0] is { Identity: true, NotNull: true });
        Assert.Equal("NOCASE", numbered.Columns[1].Collation);
        Assert.True(numbered.Columns[2].Generated);
        Assert.Equal("odd \"name", numbered.Columns[3].Name);
        Assert.Empty(numbered.Checks);
        var key = Assert.Single(numbered.Keys, key => !key.Primary);
        Assert.Equal([new KeyPart("name", null, "RTRIM"), new KeyPart("odd \"name")], key.Parts);
        Assert.Equal("name > ' WHERE ('", key.Predicate);

        Assert.False(schema.Find("loose")!.Columns[0].NotNull);
        Assert.Equal("", schema.Find("loose")!.Columns[1].Type);
        Assert.True(schema.Find("tight") is { Strict: true, WithoutRowId: true });
        Assert.All(schema.Find("tight")!.Columns, column => Assert.True(column.NotNull));
    }

    [Fact]
    public async Task ReadAsync_PostgresOwnThings_AreTold()
    {
        var schema = await PostgresAsync("""
            CREATE SCHEMA other;
            CREATE TABLE other.far (id uuid PRIMARY KEY);
            CREATE TABLE things (id bigserial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, price numeric(10,2), tags text[], code text COLLATE "C",
              twice int GENERATED ALWAYS AS (2 * n) STORED, far uuid, "Odd" text,
              UNIQUE (price) DEFERRABLE INITIALLY DEFERRED, UNIQUE NULLS NOT DISTINCT (code));
            ALTER TABLE things ADD CONSTRAINT far FOREIGN KEY (far) REFERENCES other.far NOT VALID;
            ALTER TABLE things ADD CONSTRAINT cheap CHECK (price < 10 OR price IS NULL) NOT VALID;
            CREATE TABLE special () INHERITS (things);
            CREATE TABLE parts (day date, id int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
            CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'things_pkey'::regclass;
            """);

        var things = schema.Find("things")!;
        Assert.True(things.HasInheritors);
        Assert.Equal(["things"], schema.Find("special")!.Inherits);
        Assert.Equal(TableKind.Partitioned, schema.Find("parts")!.Kind);
        Assert.Equal(["parts"], schema.Find("parts_2024")!.Inherits);
        Assert.Equal(["bigint", "integer", "numeric(10,2)", "text[]", "text", "integer", "uuid", "text"], things.Columns.Select(column => column.Type));
        Assert.True(things.Columns[0].Identity && things.Columns[1].Identity && things.Columns[5].Generated && !things.Columns[5].Identity);
        Assert.Equal("C", things.Columns[4].Collation);
        Assert.True(things.Keys.Single(key => key.Primary).Invalid);
        Assert.True(things.Keys.Single(key => key.Columns is ["price"]).Deferrable);
        Assert.True(things.Keys.Single(key => key.Columns is ["code"]).NullsNotDistinct);
        var far = Assert.Single(things.ForeignKeys);
        Assert.Equal("other.far", far.ParentTable);
        Assert.True(far.NotValid);
        Assert.True(things.Checks.Single() is { Name: "cheap", NotValid: true, Expression: "(price < (10)::numeric) OR (price IS NULL)" });
        Assert.Equal("Odd", things.Columns[7].Name);
    }

    [Fact]
    public async Task ReadAsync_FunctionsOfPostgres_TellWhetherTheyReturnSets()
    {
        var schema = await PostgresAsync("""
            CREATE FUNCTION one(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
            CREATE FUNCTION many(int) RETURNS SETOF int LANGUAGE sql VOLATILE AS 'SELECT 1';
            CREATE SCHEMA other; CREATE FUNCTION other.far() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
            """);

        Assert.Equal([new FunctionSchema("many", true, false), new FunctionSchema("one", false, true), new FunctionSchema("other.far", false, true)], schema.Functions);
    }

    private static async Task<DatabaseSchema> SqliteAsync(string sql)
    {
        await using var connection = DatabaseAddress.OfFile(":memory:").Connect();
        return await ReadAsync(connection, Dialect.Sqlite, sql);
    }

    private async Task<DatabaseSchema> PostgresAsync(string sql)
    {
        await using var connection = DatabaseAddress.Parse(await (await postgres.ClusterAsync()).CreateDatabaseAsync()).Connect();
        return await ReadAsync(connection, Dialect.Postgres, sql);
    }

    private static async Task<DatabaseSchema> ReadAsync(System.Data.Common.DbConnection connection, Dialect dialect, string sql)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
        return await LiveSchema.ReadAsync(connection, dialect);
    }
}
