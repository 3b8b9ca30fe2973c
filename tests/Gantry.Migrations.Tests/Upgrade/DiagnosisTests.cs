using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>A report names the rows that made a statement fail, and how many there are.</summary>
public sealed class DiagnosisTests(PostgresServer postgres)
{
    private const string Tables = """
        CREATE TABLE projects (id TEXT PRIMARY KEY, owner_id TEXT NOT NULL);
        CREATE TABLE volumes (id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id), name TEXT);
        INSERT INTO projects VALUES ('p1', 'ann'), ('p2', 'bob');
        INSERT INTO volumes VALUES ('v1', 'p1', 'a'), ('v2', 'p1', 'a'), ('v3', 'p1', 'b'), ('v4', 'p2', NULL);
        """;

    [Fact]
    public async Task Cardinality_SubqueryNotTiedToTheRow_NamesProjectAndCount()
    {
        using var test = await FilledAsync(Dialect.Postgres);
        var before = await test.DumpAsync();
        test.Add("0002_owner", """
            ALTER TABLE volumes ADD COLUMN user_id TEXT;
            UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)
            WHERE user_id IS NULL;
            """);

        var error = await test.FailAsync();

        Assert.Equal(("21000", 2, 1), (error.Statement!.EngineCode, error.Statement.Line, error.Statement.Column));
        Assert.Equal(["p1 3", "p2 1"], error.Report!.Rows!.Values.Select(row => string.Join(' ', row)));
        Assert.Contains("by the key of projects", error.Report.Rows.Title, StringComparison.Ordinal);
        Assert.Contains("not tied to the row being changed", error.Report.Why, StringComparison.Ordinal);
        Assert.Equal(before, await test.DumpAsync());
    }

    [Theory]
    [InlineData("UPDATE projects SET owner_id = (SELECT v.name FROM volumes v WHERE v.project_id = projects.id) WHERE owner_id <> 'x'")]
    [InlineData("WITH w AS (SELECT * FROM volumes) UPDATE projects AS q SET owner_id = CASE WHEN true THEN (SELECT name FROM w WHERE w.project_id = q.id) END")]
    [InlineData("INSERT INTO projects SELECT id || 'x', (SELECT name FROM volumes v WHERE v.project_id = p.id) FROM projects p")]
    [InlineData("DELETE FROM projects WHERE owner_id = (SELECT name FROM volumes v WHERE v.project_id = projects.id)")]
    public async Task Cardinality_SubqueryTiedByNoUniqueKey_NamesTheRowChangedAndCount(string statement)
    {
        using var test = await FilledAsync(Dialect.Postgres);
        test.Add("0002_owner", statement);

        Assert.Equal(["p1 3"], (await test.FailAsync()).Report!.Rows!.Values.Select(row => string.Join(' ', row)));
    }

    [Fact]
    public async Task Cardinality_InABackfill_IsToldToo()
    {
        using var test = await FilledAsync(Dialect.Postgres);
        test.Add("0002_owner", "-- step: backfill table=projects key=id\nUPDATE projects p SET owner_id = (SELECT name FROM volumes v WHERE v.project_id = p.id)", "SELECT 1;");

        Assert.Equal(["p1 3"], (await test.FailAsync()).Report!.Rows!.Values.Select(row => string.Join(' ', row)));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Unique_IndexOverRowsThatAgree_ShowsThem(Dialect dialect)
    {
        using var test = await FilledAsync(dialect);
        test.Add("0002_unique", "CREATE UNIQUE INDEX ux ON volumes (project_id, name);");

        var rows = (await test.FailAsync()).Report!.Rows!;

        Assert.Equal(["p1 a 2"], rows.Values.Select(row => string.Join(' ', row)));
        Assert.Equal(["p1|a|2"], await test.RowsAsync(rows.Query));
    }

    [Fact]
    public async Task ForeignKeys_BrokenByTheMigration_ShowsTheRows()
    {
        using var test = await FilledAsync(Dialect.Sqlite);
        test.Add("0002_delete", "DELETE FROM projects WHERE id = 'p1';");

        var report = (await test.FailAsync()).Report!;

        Assert.Equal(MigrationFailure.ForeignKeysBroken, report.Failure);
        Assert.Equal(["v1", "v2", "v3"], report.Rows!.Values.Select(row => row[0]));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Report_AsText_SaysAllThatIsNeeded(Dialect dialect)
    {
        using var test = await FilledAsync(dialect);
        test.Add("0002_unique", "\n  CREATE UNIQUE INDEX ux\n    ON volumes (project_id);");

        var text = (await test.FailAsync()).Report!.ToString();

        Assert.All([
            $"The upgrade of {test.Address.Display} stopped at 0002_unique, step 1 (plain).",
            "  0002_unique/up.sql:2:3\n    CREATE UNIQUE INDEX ux\n        ON volumes (project_id)",
            dialect == Dialect.Sqlite ? ", code 2067: UNIQUE constraint failed: volumes.project_id" : ", code 23505: could not create unique index",
            "Why:           Two rows would have the same project_id in volumes, and no two may.",
            "    p1          3",
            "Committed:     nothing; the database is at revision 0001, which is whole.",
            "Not committed: anything of 0002_unique.",
            "Next:          Correct the migration, or the rows that it trips over, then start again: gantry db upgrade",
        ], part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    private async Task<TestDatabase> FilledAsync(Dialect dialect)
    {
        var test = await TestDatabase.CreateAsync(dialect, postgres);
        await test.Add("0001_first", Tables).UpgradeAsync();
        return test;
    }
}
