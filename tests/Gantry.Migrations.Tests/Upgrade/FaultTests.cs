using System.Diagnostics;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;
using Gantry.Testing;
using Npgsql;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>Surroundings that go wrong while an upgrade is under way.</summary>
public sealed class FaultTests(PostgresServer postgres)
{
    private const string Rows = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, s TEXT);"
        + "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 20000) INSERT INTO t (id) SELECT i FROM r;";

    private const string Count = "-- step: backfill table=t key=id batch=200\nUPDATE t SET n = n + 1;\n-- step: verify none\nSELECT id FROM t WHERE n <> 1;";

    [Fact]
    public async Task Postgres_RestartedInTheMiddle_GoesOnWhereItWas()
    {
        await using var cluster = await PrivateCluster.StartInMemoryAsync();
        using var test = await FilledAsync(TestDatabase.On(cluster, await cluster.CreateDatabaseAsync()));
        Task? restart = null;

        await test.Upgrader(new AtBatch(10, () => restart = Task.Run(cluster.CrashAndRestartAsync))).UpgradeAsync();

        await restart!;
        Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(n), max(n) FROM t"));
    }

    [Fact]
    public async Task Postgres_ConnectionCutAgainAndAgain_GoesOnWhereItWas()
    {
        using var test = await FilledAsync(await TestDatabase.CreateAsync(Dialect.Postgres, postgres));
        var cut = new AtBatch(7, () => test.Cluster!.ExecuteAsync(test.Name,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gantry db'").GetAwaiter().GetResult())
        { Times = 3 };

        await test.Upgrader(cut).UpgradeAsync();

        Assert.Equal(0, cut.Times);
        Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(n), max(n) FROM t"));
    }

    [Fact]
    public async Task Postgres_LockHeldForLong_GivesUpNamesTheBlockerAndHoldsUpNobody()
    {
        using var test = await FilledAsync(await TestDatabase.CreateAsync(Dialect.Postgres, postgres));
        var before = await test.DumpAsync();
        test.Add("0002_count", "ALTER TABLE t ADD COLUMN x TEXT;");
        test.Options = test.Options with { RetryFor = TimeSpan.FromSeconds(3) };
        await using var holder = new NpgsqlConnection(test.Address.ConnectionString);
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var query = new NpgsqlCommand("SELECT count(*) FROM t -- the report of the quarter", holder);
        await query.ExecuteScalarAsync();

        var upgrade = test.FailAsync();
        var longest = TimeSpan.Zero;
        while (!upgrade.IsCompleted)
        {
            var clock = Stopwatch.StartNew();
            await test.RowsAsync("SELECT n FROM t WHERE id = 1");
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
        }
        var error = await upgrade;

        Assert.Equal(MigrationFailure.Busy, error.Failure);
        Assert.Contains("the report of the quarter", Assert.Single(error.Report!.Blockers), StringComparison.Ordinal);
        Assert.Equal((2, 1), (error.DatabaseRevision + 1, error.Report.Step));
        Assert.True(test.Events.OfType<UpgradeEvent.Retrying>().Count() >= 3);
        Assert.True(longest < TimeSpan.FromSeconds(2), $"a reader waited {longest.TotalMilliseconds:0} ms");
        await transaction.RollbackAsync();
        Assert.Equal(before, await test.DumpAsync());
        Assert.Single((await test.UpgradeAsync()).Applied);
    }

    [Fact]
    public async Task Postgres_LockGivenBackInTime_IsRetriedAndApplied()
    {
        using var test = await FilledAsync(await TestDatabase.CreateAsync(Dialect.Postgres, postgres));
        await using var holder = new NpgsqlConnection(test.Address.ConnectionString);
        await holder.OpenAsync();
        var transaction = await holder.BeginTransactionAsync();
        await using (var query = new NpgsqlCommand("SELECT n FROM t WHERE id = 150 FOR UPDATE", holder))
            await query.ExecuteScalarAsync();

        await test.Upgrader(new AtRetry(2, transaction.Rollback)).UpgradeAsync();

        Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(n), max(n) FROM t"));
    }

    [Fact]
    public async Task Postgres_AnotherTookOver_TransactionOfTheFormerChangesNothing()
    {
        using var test = await TestDatabase.CreateAsync(Dialect.Postgres, postgres);
        await test.Add("0001_first", "CREATE TABLE t (n INTEGER);").UpgradeAsync();
        await using var former = new LockedDatabase(test.Address, test.Options, null, TimeProvider.System);
        await former.ConnectAsync(CancellationToken.None);
        await former.LockAsync(CancellationToken.None);
        await former.FenceAsync(CancellationToken.None);
        await test.RowsAsync("UPDATE gantry_migration_progress SET epoch = 'another'");

        await Assert.ThrowsAsync<StartOverException>(() => former.TransactAsync(
            TransactionKind.Batch, session => session.ExecuteAsync("INSERT INTO t VALUES (1)", CancellationToken.None), CancellationToken.None));

        Assert.Equal("0", await test.OneAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Concurrent_IndexLeftInvalid_IsMadeAnew()
    {
        using var test = await FilledAsync(await TestDatabase.CreateAsync(Dialect.Postgres, postgres));
        await Assert.ThrowsAnyAsync<PostgresException>(() => test.RowsAsync("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (n)"));
        Assert.Equal("False", await test.OneAsync("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass"));
        test.Add("0002_count", "-- step: concurrent\nCREATE INDEX CONCURRENTLY ix ON t (n);", "DROP INDEX ix;");

        await test.UpgradeAsync();

        Assert.Equal("True|False", await test.OneAsync("SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'ix'::regclass"));
    }

    [Fact]
    public async Task Concurrent_UniqueIndexOverRowsThatAgree_LeavesNothingInvalid()
    {
        using var test = await FilledAsync(await TestDatabase.CreateAsync(Dialect.Postgres, postgres));
        var before = await test.DumpAsync();
        test.Add("0002_count", "-- step: concurrent\nCREATE UNIQUE INDEX CONCURRENTLY ux ON t (n);", "DROP INDEX ux;");

        var error = await test.FailAsync();

        Assert.Equal(["0", "20000"], Assert.Single(error.Report!.Rows!.Values));
        Assert.Equal(before, await test.DumpAsync());
    }

    [Fact]
    public async Task Sqlite_DiskFullInTheMiddle_StopsAndGoesOnOnceThereIsRoom()
    {
        Assert.SkipUnless(SmallDisk.Available, "needs root, to mount a small disk");
        using var disk = SmallDisk.OfKilobytes(6000);
        using var test = await FilledAsync(TestDatabase.InFile(Path.Combine(disk.Root, "t.db")));
        test.Add("0002_count", Count.Replace("SET n = n + 1", "SET n = n + 1, s = 'a text of some length, so that the table grows by far: ' || id", StringComparison.Ordinal), "UPDATE t SET n = 0, s = NULL;");
        test.Options = test.Options with { Backup = false };
        disk.Load(disk.Free - 500_000);

        var error = await test.FailAsync();

        Assert.Equal(MigrationFailure.DiskFull, error.Failure);
        Assert.Contains("goes on where this one stopped", error.Report!.NotCommitted, StringComparison.Ordinal);
        Assert.True((await test.Upgrader().StatusAsync()).Running!.RowsDone > 0);
        disk.ThrowOffBallast();
        await test.UpgradeAsync();
        Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(n), max(n) FROM t"));
    }

    [Fact]
    public async Task Postgres_DiskFullInTheMiddle_StopsAndGoesOnOnceThereIsRoom()
    {
        Assert.SkipUnless(SmallDisk.Available, "needs root, to mount a small disk");
        using var disk = SmallDisk.OfKilobytes(9000, owner: "postgres");
        var cluster = await postgres.ClusterAsync();
        await cluster.ExecuteAsync("postgres", $"CREATE TABLESPACE small LOCATION '{disk.Root}'");
        try
        {
            using var test = await TestDatabase.CreateAsync(Dialect.Postgres, postgres);
            await FilledAsync(test, Rows.Replace("s TEXT);", "s TEXT) TABLESPACE small;", StringComparison.Ordinal));
            test.Add("0002_count", Count.Replace("SET n = n + 1", "SET n = n + 1, s = repeat('x', 200)", StringComparison.Ordinal), "UPDATE t SET n = 0, s = NULL;");
            disk.Load(disk.Free - 1_000_000);

            var error = await test.FailAsync();

            Assert.Equal(MigrationFailure.DiskFull, error.Failure);
            Assert.True((await test.Upgrader().StatusAsync()).Running!.RowsDone > 0);
            disk.ThrowOffBallast();
            await test.UpgradeAsync();
            Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(n), max(n) FROM t"));
            await test.RowsAsync("DROP TABLE t");
        }
        finally
        {
            await cluster.ExecuteAsync("postgres", "DROP TABLESPACE IF EXISTS small");
        }
    }

    private static Task<TestDatabase> FilledAsync(TestDatabase test) => FilledAsync(test, Rows);

    private static async Task<TestDatabase> FilledAsync(TestDatabase test, string rows)
    {
        test.Options = test.Options with { LongestLock = TimeSpan.FromMinutes(1), RetryFor = TimeSpan.FromSeconds(60) };
        await test.Add("0001_first", rows).UpgradeAsync();
        test.Events.Clear();
        test.Add("0002_count", Count, "UPDATE t SET n = 0;");
        return test;
    }

    /// <summary>Does something when so many batches are done, and again after as many more.</summary>
    private sealed class AtBatch(int batches, Action act) : IUpgradeProgress
    {
        private int _seen;

        public int Times { get; set; } = 1;

        public void Report(UpgradeEvent happened)
        {
            if (happened is not UpgradeEvent.BatchDone || ++_seen % batches != 0 || Times == 0)
                return;
            Times--;
            act();
        }
    }

    private sealed class AtRetry(int attempt, Action act) : IUpgradeProgress
    {
        public void Report(UpgradeEvent happened)
        {
            if (happened is UpgradeEvent.Retrying retrying && retrying.Attempt == attempt)
                act();
        }
    }
}
