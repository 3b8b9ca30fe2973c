using Microsoft.Data.Sqlite;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class OneUpgraderTests : IDisposable
{
    private const string Slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) INSERT INTO a SELECT count(*) FROM n;";

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Upgrade_ManyAtOnce_EachMigrationIsAppliedOnce()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);")
            .Add("0002_second", "INSERT INTO a VALUES (2);" + Slow.Replace("{0}", "200000", StringComparison.Ordinal));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(_scratch.UpgradeAsync)));

        Assert.Equal(2, results.Sum(result => result.Applied.Count));
        Assert.Equal(["1", "2", "200000"], _scratch.Rows("SELECT x FROM a ORDER BY x"));
    }

    [Fact]
    public async Task Upgrade_LockHeldTooLong_SaysWhoWaitsForWhat()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)");
        using var held = new FileStream(_scratch.Database + ".upgrade-lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var error = await Assert.ThrowsAsync<MigrationException>(() => _scratch.Upgrader(TimeSpan.FromMilliseconds(100)).UpgradeAsync());

        Assert.Equal(MigrationFailure.Busy, error.Failure);
        Assert.Contains(".upgrade-lock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_SomebodyWrites_IsBusyAndChangesNothing()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)");
        using var connection = new SqliteConnection(_scratch.ConnectionString);
        connection.Open();
        using (var transaction = connection.BeginTransaction())
        {
            var error = await Assert.ThrowsAsync<MigrationException>(() => _scratch.Upgrader(TimeSpan.FromMilliseconds(100)).UpgradeAsync());
            Assert.Equal(MigrationFailure.Busy, error.Failure);
        }

        Assert.Single((await _scratch.UpgradeAsync()).Applied);
    }

    [Fact]
    public async Task Upgrade_CancelledDuringAStatement_StopsAndLeavesNothing()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER);" + Slow.Replace("{0}", "1000000000000", StringComparison.Ordinal));
        using var cancel = new CancellationTokenSource();
        var upgrade = Task.Run(() => _scratch.Upgrader().UpgradeAsync(cancellationToken: cancel.Token));

        // The journal appears when the statement before it has written.
        await Eventually.True(() => File.Exists(_scratch.Database + "-journal") || upgrade.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrade);
        Assert.Empty(_scratch.Rows("SELECT name FROM sqlite_master"));
    }

    private static class Eventually
    {
        public static async Task True(Func<bool> condition)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!condition())
                await Task.Delay(5, deadline.Token);
        }
    }
}
