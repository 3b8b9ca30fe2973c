using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class BackfillTests(PostgresServer postgres)
{
    private const string Rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) ";

    private const string Tables = """
        CREATE TABLE projects (id INTEGER PRIMARY KEY, owner TEXT NOT NULL);
        CREATE TABLE volumes (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects (id), touched INTEGER NOT NULL DEFAULT 0);
        """;

    private const string Owners = """
        -- step: expand
        ALTER TABLE volumes ADD COLUMN owner TEXT;
        -- step: backfill table=volumes key=id batch=100
        UPDATE volumes AS v SET touched = touched + 1, owner = (SELECT p.owner FROM projects p WHERE p.id = v.project_id) WHERE owner IS NULL OR touched < 9;
        -- step: verify none
        SELECT id FROM volumes WHERE owner IS NULL;
        """;

    private const string NoOwners = "ALTER TABLE volumes DROP COLUMN owner; UPDATE volumes SET touched = 0;";

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_ManyBatches_GoesThroughEveryRowOnce(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 5000);
        test.Add("0002_owner", Owners, NoOwners);

        await test.UpgradeAsync();

        Assert.Equal("0", await test.OneAsync("SELECT count(*) FROM volumes v JOIN projects p ON p.id = v.project_id WHERE v.owner <> p.owner OR touched <> 1"));
        var batches = test.Events.OfType<UpgradeEvent.BatchDone>().ToList();
        Assert.True(batches.Count >= 50, $"{batches.Count} batches of at most 100");
        Assert.Equal((5000, 5000), (batches[^1].Done, batches[^1].Total));
        Assert.DoesNotContain("gantry_migration_progress", await test.DumpAsync(), StringComparison.Ordinal);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_StoppedInTheMiddle_GoesOnWhereItStopped(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 3000);
        test.Add("0002_owner", Owners, NoOwners);
        using var cancel = new CancellationTokenSource();
        var stop = new StopAt(cancel, batches: 12);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Upgrader(stop).UpgradeAsync(cancellationToken: cancel.Token));

        var status = await test.Upgrader().StatusAsync();
        Assert.Equal((1, "0002_owner", 2, 3, 1200L, 3000L),
            (status.Revision, status.Running!.Migration, status.Running.Step, status.Running.Steps, status.Running.RowsDone, status.Running.RowsTotal));
        await test.UpgradeAsync();

        Assert.True(test.Events.OfType<UpgradeEvent.MigrationStarted>().Single().Resumed);
        Assert.Equal("3000", await test.OneAsync("SELECT count(*) FROM volumes v JOIN projects p ON p.id = v.project_id WHERE v.owner = p.owner AND touched = 1"));
        Assert.Null((await test.Upgrader().StatusAsync()).Running);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_FailsForGoodInBatch50_IsUndoneByItself(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 10_000);
        var before = await test.DumpAsync();
        test.Add("0002_owner", """
            -- step: expand
            ALTER TABLE volumes ADD COLUMN label TEXT NOT NULL DEFAULT '';
            -- step: backfill table=volumes key=id batch=100
            UPDATE volumes SET label = CASE WHEN id = 4950 THEN NULL ELSE 'v' || id END;
            -- step: concurrent
            CREATE INDEX CONCURRENTLY ix_volumes_label ON volumes (label);
            """, "DROP INDEX ix_volumes_label; ALTER TABLE volumes DROP COLUMN label;");

        var error = await test.FailAsync();

        Assert.Equal(49, test.Events.OfType<UpgradeEvent.BatchDone>().Count());
        Assert.Equal((MigrationFailure.StatementFailed, "0002_owner", 2, 1), (error.Failure, error.Migration, error.Report!.Step, error.DatabaseRevision));
        Assert.Contains("label in volumes would be NULL", error.Report.Why, StringComparison.Ordinal);
        Assert.Contains("was undone", error.Report.NotCommitted, StringComparison.Ordinal);
        Assert.Equal(before, await test.DumpAsync());
        Assert.Null((await test.Upgrader().StatusAsync()).Running);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_UndoDoesNotRestoreTheSchema_SaysSoAndKeepsWhatIsThere(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 500);
        test.Add("0002_owner", """
            -- step: expand
            ALTER TABLE volumes ADD COLUMN label TEXT NOT NULL DEFAULT '';
            -- step: backfill table=volumes key=id batch=100
            UPDATE volumes SET label = CASE WHEN id = 250 THEN NULL ELSE 'v' || id END;
            """, "UPDATE volumes SET label = '';");

        var error = await test.FailAsync();

        Assert.Contains("the schema was not what it was", error.Report!.NotCommitted, StringComparison.Ordinal);
        Assert.Contains("up to step 2, of which 200 of about 500 rows", error.Report.Committed, StringComparison.Ordinal);
        test.Add("0002_owner", await File.ReadAllTextAsync(Path.Combine(test.Folder, "0002_owner", "up.sql")), "ALTER TABLE volumes DROP COLUMN label;");
        Assert.Equal("0002_owner", (await test.Upgrader().DownAsync())!.FullName);
        Assert.Equal((1, null), ((await test.Upgrader().StatusAsync()).Revision, (await test.Upgrader().StatusAsync()).Running));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_ByTextKey_GoesThroughAllInItsOrder(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE t (id VARCHAR(40) PRIMARY KEY NOT NULL, n INTEGER NOT NULL DEFAULT 0);" + Rows.Replace("{0}", "1500", StringComparison.Ordinal)
            + "INSERT INTO t (id) SELECT CASE i % 3 WHEN 0 THEN 'B' WHEN 1 THEN 'b' ELSE 'Ä' END || i || '''' FROM n;");
        await test.UpgradeAsync();
        test.Add("0002_count", "-- step: backfill table=t key=id batch=70\nUPDATE t SET n = n + 1", "UPDATE t SET n = 0;");

        await test.UpgradeAsync();

        Assert.Equal("1500", await test.OneAsync("SELECT count(*) FROM t WHERE n = 1"));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Backfill_KeyWithoutIndex_IsRefusedBeforeAnythingHappens(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 10);
        var before = await test.DumpAsync();
        test.Add("0002_touch", "-- step: backfill table=volumes key=touched\nUPDATE volumes SET touched = 1;", "UPDATE volumes SET touched = 0;");

        var error = await test.FailAsync();

        Assert.Contains("no index that begins with touched", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await test.DumpAsync());
    }

    [Fact]
    public async Task Backfill_InsertSelectAndDelete_WorkInBatchesToo()
    {
        using var test = await FilledAsync(Dialect.Sqlite, volumes: 1000);
        test.Add("0002_move", """
            -- step: expand
            CREATE TABLE archive (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL);
            -- step: backfill table=volumes key=id batch=90
            INSERT INTO archive SELECT v.id, v.project_id FROM projects p JOIN volumes v ON v.project_id = p.id WHERE p.id > 3;
            -- step: backfill table=volumes key=id batch=90
            DELETE FROM volumes WHERE project_id > 3;
            """, "INSERT INTO volumes (id, project_id) SELECT id, project_id FROM archive; DROP TABLE archive;");

        await test.UpgradeAsync();

        Assert.Equal("300|700", await test.OneAsync("SELECT (SELECT count(*) FROM volumes), (SELECT count(*) FROM archive)"));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Chain_WithoutAWayToUndo_IsRefused(Dialect dialect)
    {
        using var test = await FilledAsync(dialect, volumes: 10);
        test.Add("0002_touch", "-- step: backfill table=volumes key=id\nUPDATE volumes SET touched = 1;");

        Assert.Equal(MigrationFailure.UndoMissing, (await test.FailAsync()).Failure);

        test.Add("0002_touch", "-- irreversible\n-- step: backfill table=volumes key=id\nUPDATE volumes SET touched = 1;");
        await test.UpgradeAsync();
        Assert.Equal("10", await test.OneAsync("SELECT sum(touched) FROM volumes"));
    }

    private async Task<TestDatabase> FilledAsync(Dialect dialect, int volumes)
    {
        var test = await TestDatabase.CreateAsync(dialect, postgres);
        // Batches of the size that the migration says, however slow the machine is.
        test.Options = test.Options with { LongestLock = TimeSpan.FromMinutes(1) };
        test.Add("0001_first", Tables + "INSERT INTO projects VALUES " + string.Join(", ", Enumerable.Range(1, 10).Select(id => $"({id}, 'owner {id}')")) + ";"
            + Rows.Replace("{0}", $"{volumes}", StringComparison.Ordinal) + "INSERT INTO volumes (id, project_id) SELECT i, i % 10 + 1 FROM n;");
        await test.UpgradeAsync();
        test.Events.Clear();
        return test;
    }

    private sealed class StopAt(CancellationTokenSource cancel, int batches) : IUpgradeProgress
    {
        private int _seen;

        public void Report(UpgradeEvent happened)
        {
            if (happened is UpgradeEvent.BatchDone && ++_seen == batches)
                cancel.Cancel();
        }
    }
}
