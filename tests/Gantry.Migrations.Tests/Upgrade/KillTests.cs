using System.Diagnostics;
using Gantry.Migrations.Tests.Postgres;
using Gantry.Testing;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>Upgraders in processes of their own, many at once or killed. bench/soak runs the same for long.</summary>
public sealed class KillTests(PostgresServer postgres, ITestOutputHelper output)
{
    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_KilledAtRandomMoments_IsFinishedByTheNext(Dialect dialect)
    {
        var campaign = new KillCampaign(dialect, dialect == Dialect.Postgres ? await postgres.ClusterAsync() : null, UpgraderProcess.Start);

        await campaign.RunAsync(moments: 6, rows: 20_000, seed: 1961, output.WriteLine);

        Assert.True(campaign.Killed > 0, "every upgrader was over before it was killed");
    }

    [Theory, InlineData(Dialect.Sqlite, 2), InlineData(Dialect.Postgres, 2), InlineData(Dialect.Sqlite, 10), InlineData(Dialect.Postgres, 10)]
    public async Task Upgrade_ManyProcessesAtOnce_OneWorksAndTheOthersFindNothingToDo(Dialect dialect, int processes)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER NOT NULL DEFAULT 0);"
            + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO a (id) SELECT i FROM n;");
        test.Add("0002_second", "-- step: backfill table=a key=id batch=500\nUPDATE a SET x = x + 1;\n-- step: concurrent\nCREATE INDEX CONCURRENTLY ix ON a (x);", "DROP INDEX ix;");
        var database = dialect == Dialect.Sqlite ? test.Address.File! : test.Cluster!.Url(test.Name);

        var said = await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => OneAsync(UpgraderProcess.Start(database, test.Folder))));

        Assert.All(said, words => Assert.Contains("applied ", words, StringComparison.Ordinal));
        Assert.Single(said, words => words.Contains("applied 2", StringComparison.Ordinal));
        Assert.Equal(processes - 1, said.Count(words => words.Contains("applied 0", StringComparison.Ordinal)));
        // The other engine's provider would cost the start of a server on SQLite.
        Assert.All(said, words => Assert.Equal(dialect == Dialect.Postgres, words.Contains("Npgsql", StringComparison.Ordinal)));
        Assert.Equal("20000|1|1", await test.OneAsync("SELECT count(*), min(x), max(x) FROM a"));
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_HolderKilledInALongStatement_DoesNotBlockTheNextAndChangesNothingMore(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        await test.Add("0001_first", "CREATE TABLE a (x INTEGER);").UpgradeAsync();
        test.Add("0002_second", dialect == Dialect.Sqlite
            ? "INSERT INTO a VALUES (1); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000) INSERT INTO a SELECT count(*) FROM n;"
            : "INSERT INTO a VALUES (1); INSERT INTO a SELECT 2 FROM pg_sleep(600);");
        var database = dialect == Dialect.Sqlite ? test.Address.File! : test.Cluster!.Url(test.Name);
        using (var holder = Process.Start(UpgraderProcess.Start(database, test.Folder))!)
        {
            await holder.StandardOutput.ReadLineAsync();
            Assert.NotNull((await test.Upgrader().StatusAsync()).Holder);
            holder.Kill();
            await holder.WaitForExitAsync();
        }
        // It was not applied: so it may be corrected.
        test.Add("0002_second", "INSERT INTO a VALUES (3);");
        test.Options = test.Options with { WaitForUpgrader = TimeSpan.FromSeconds(30) };

        await test.UpgradeAsync();

        Assert.Equal("3", await test.OneAsync("SELECT x FROM a"));
        if (dialect == Dialect.Postgres)
            Assert.Equal("0", await test.OneAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid() AND datname = current_database()"));
    }

    private static async Task<string> OneAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return said;
    }
}
