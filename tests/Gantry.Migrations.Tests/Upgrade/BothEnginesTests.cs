using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>What holds on both engines alike.</summary>
public sealed class BothEnginesTests(PostgresServer postgres)
{
    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_EmptyDatabase_AppliesAllAndRemembers(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);").Add("0002_second", "INSERT INTO a VALUES (2);");

        var result = await test.UpgradeAsync();

        Assert.Equal((0, 2), (result.From, result.To));
        Assert.Equal(["1", "2"], await test.RowsAsync("SELECT x FROM a ORDER BY x"));
        Assert.Equal(["1|first", "2|second"], await test.RowsAsync("SELECT revision, name FROM gantry_migrations ORDER BY 1"));
        Assert.DoesNotContain("gantry_migration_progress", await test.DumpAsync(), StringComparison.Ordinal);
        Assert.Empty((await test.UpgradeAsync()).Applied);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_SecondMigrationFails_DatabaseIsAtTheFirst(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        await test.Add("0001_first", "CREATE TABLE a (x INTEGER UNIQUE); INSERT INTO a VALUES (1);").UpgradeAsync();
        var before = await test.DumpAsync();
        test.Add("0002_second", "ALTER TABLE a ADD COLUMN y TEXT;\nINSERT INTO a (x) VALUES (1);");

        var error = await test.FailAsync();

        Assert.Equal((MigrationFailure.StatementFailed, "0002_second", 1), (error.Failure, error.Migration, error.DatabaseRevision));
        Assert.Equal((2, 1), (error.Statement!.Line, error.Statement.Column));
        Assert.Equal(dialect == Dialect.Sqlite ? "2067" : "23505", error.Statement.EngineCode);
        Assert.Equal(before, await test.DumpAsync());
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_FirstMigrationFails_LeavesNoTrace(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        var before = await test.DumpAsync();
        test.Add("0001_first", "CREATE TABLE a (x INTEGER); INSERT INTO b VALUES (1);");

        var error = await test.FailAsync();

        Assert.Equal(0, error.DatabaseRevision);
        Assert.Equal(before, await test.DumpAsync());
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Down_LastMigration_IsUndoneAndComesAgain(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;").Add("0002_second", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;");
        await test.Upgrader().UpgradeAsync(to: 1);
        var atFirst = await test.RowsAsync("SELECT revision FROM gantry_migrations");
        await test.UpgradeAsync();

        Assert.Equal("0002_second", (await test.Upgrader().DownAsync())?.FullName);

        Assert.Equal(atFirst, await test.RowsAsync("SELECT revision FROM gantry_migrations"));
        Assert.Equal(["0002_second"], (await test.UpgradeAsync()).Applied.Select(migration => migration.FullName));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_DryRun_TellsThePlanAndChangesNothing(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (x INTEGER);\n-- step: verify none\nSELECT x FROM a;");
        var before = await test.DumpAsync();

        var plan = (await test.Upgrader().UpgradeAsync(dryRun: true)).Plan;

        Assert.NotNull(plan);
        Assert.Equal((0, 1), (plan.From, plan.To));
        Assert.Equal(["CREATE TABLE a (x INTEGER)", "SELECT x FROM a"], Assert.Single(plan.Migrations).Steps.SelectMany(step => step.Statements));
        Assert.Equal(before, await test.DumpAsync());
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_VerifyFindsRows_FailsAndShowsThem(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1), (2), (3), (4), (5), (6), (7);\n-- step: verify none\nSELECT x FROM a WHERE x > 1 ORDER BY x;");

        var error = await test.FailAsync();

        Assert.Equal((MigrationFailure.VerifyFailed, 6L), (error.Failure, error.Report!.Rows!.Count));
        Assert.Equal(["2", "3", "4", "5", "6"], error.Report.Rows.Values.Select(row => row[0]));
        Assert.Contains("… 1 more", error.Report.ToString(), StringComparison.Ordinal);
        Assert.Equal(error.Report.ToJson() + "\n", await File.ReadAllTextAsync(Path.Combine(test.Root, "gantry-upgrade-report.json")));
    }

    [Fact]
    public async Task Upgrade_BodyWithSemicolonsOnPostgres_IsOneStatement()
    {
        using var test = await TestDatabase.CreateAsync(Dialect.Postgres, postgres);
        test.Add("0001_first", """
            CREATE TABLE a (x INTEGER, y TEXT DEFAULT 'atomic; $gantry$');
            CREATE FUNCTION fill(n INTEGER) RETURNS BIGINT LANGUAGE sql BEGIN ATOMIC
              INSERT INTO a (x) VALUES (n); -- one; and
              SELECT count(*) FROM a;
            END;
            SELECT fill(7);
            """, "DROP FUNCTION fill(INTEGER); DROP TABLE a;");

        await test.UpgradeAsync();

        Assert.Equal(["7|atomic; $gantry$"], await test.RowsAsync("SELECT x, y FROM a"));
    }
}
