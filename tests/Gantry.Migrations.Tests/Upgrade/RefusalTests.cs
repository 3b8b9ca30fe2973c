using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;
using Gantry.Testing;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>What is refused at the door: a clear sentence, its own reason, and nothing changed.</summary>
public sealed class RefusalTests(PostgresServer postgres)
{
    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_AppliedMigrationMissing_IsRefused(Dialect dialect)
    {
        using var test = await AppliedAsync(dialect);
        Directory.Delete(Path.Combine(test.Folder, "0002_second"), recursive: true);
        Directory.Move(Path.Combine(test.Folder, "0003_third"), Path.Combine(test.Folder, "0002_third"));

        await RefusedAsync(test, MigrationFailure.MigrationMissing, "0002_second was applied to this database, but is not among the migrations at hand");
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_AppliedMigrationEdited_IsRefused(Dialect dialect)
    {
        using var test = await AppliedAsync(dialect);
        test.Add("0002_second", "CREATE TABLE b (x TEXT)");

        await RefusedAsync(test, MigrationFailure.EditedHistory, "must not be edited");
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_DatabaseNewer_IsRefused(Dialect dialect)
    {
        using var test = await AppliedAsync(dialect);
        Directory.Delete(Path.Combine(test.Folder, "0003_third"), recursive: true);

        await RefusedAsync(test, MigrationFailure.DatabaseNewer, "made by a later version");
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_NewerVersionWasInterruptedInItsMigration_IsRefused(Dialect dialect)
    {
        using var test = await AppliedAsync(dialect);
        test.Add("0004_fourth", "-- step: expand\nCREATE TABLE d (id INTEGER PRIMARY KEY);\n-- step: backfill table=d key=id\nUPDATE d SET id = id;\n-- step: verify none\nSELECT 1;", "DROP TABLE d;");
        var older = test.Upgrader();
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Upgrader(new CancelAtStep(2, cancel)).UpgradeAsync(cancellationToken: cancel.Token));
        Directory.Delete(Path.Combine(test.Folder, "0004_fourth"), recursive: true);

        await RefusedAsync(test, MigrationFailure.DatabaseNewer, "was begun on this database and has not ended");
        await Assert.ThrowsAsync<MigrationException>(() => test.Upgrader().StatusAsync());
        Assert.NotNull((await older.StatusAsync()).Running);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Upgrade_CheckSaysNo_IsRefused(Dialect dialect)
    {
        using var test = await AppliedAsync(dialect);
        test.Add("0004_fourth", "CREATE TABLE d (x INTEGER)");
        test.Options = test.Options with
        {
            Check = (pending, revision, engine, _) => ValueTask.FromResult<string?>($"{pending.Single()} after {revision} on {engine} is wrong."),
        };

        await RefusedAsync(test, MigrationFailure.CheckRefused, $"0004_fourth after 3 on {dialect} is wrong.");
    }

    [Fact]
    public async Task Upgrade_FileDamaged_IsRefusedAndLeftAsItIs()
    {
        using var test = await AppliedAsync(Dialect.Sqlite);
        await test.RowsAsync("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO a SELECT i FROM n");
        await using (var file = File.OpenWrite(test.Address.File!))
        {
            file.Seek(-3 * 4096, SeekOrigin.End);
            file.Write(new byte[8192]);
        }
        var bytes = await File.ReadAllBytesAsync(test.Address.File!);
        test.Add("0004_fourth", "CREATE TABLE d (x INTEGER)");

        var error = await test.FailAsync();

        Assert.Equal(MigrationFailure.Corrupt, error.Failure);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(test.Address.File!));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Upgrade_FileReadOnly_IsRefused(bool wal)
    {
        Assert.SkipUnless(SmallDisk.Available, "needs root, to mount a folder read-only");
        using var test = await AppliedAsync(Dialect.Sqlite);
        if (wal)
            await test.RowsAsync("PRAGMA journal_mode = WAL");
        using var mount = SmallDisk.ReadOnly(test.Root);
        test.Add("0004_fourth", "CREATE TABLE d (x INTEGER)");
        var upgrader = new Upgrader(DatabaseAddress.OfFile(Path.Combine(mount.Root, "test.db")), MigrationFolder.Read(test.Folder), null, null, TimeProvider.System);

        var error = await Assert.ThrowsAsync<MigrationException>(() => upgrader.UpgradeAsync());

        Assert.Equal(MigrationFailure.ReadOnly, error.Failure);
        Assert.Null(error.ReportPath);
    }

    [Fact]
    public async Task Upgrade_WrongPassword_IsRefusedAndNeverRepeatsIt()
    {
        var cluster = await postgres.ClusterAsync();
        var url = await cluster.CreateDatabaseAsync();
        using var test = TestDatabase.On(cluster, url.Replace("postgres@", "guarded:wrong-password@", StringComparison.Ordinal));
        test.Add("0001_first", "CREATE TABLE a (x INTEGER)");

        var error = await test.FailAsync();

        Assert.Equal(MigrationFailure.WrongPassword, error.Failure);
        Assert.All([error.Message, error.Report!.ToString(), error.Report.ToJson(), await File.ReadAllTextAsync(error.ReportPath!)],
            text => Assert.DoesNotContain("wrong-password", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upgrade_NobodyListens_SaysThatTheServerCannotBeReached()
    {
        using var test = TestDatabase.On(null, "postgres://postgres@127.0.0.1:1/nothing");
        test.Add("0001_first", "CREATE TABLE a (x INTEGER)");

        var error = await test.FailAsync();

        Assert.Equal(MigrationFailure.Unreachable, error.Failure);
        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_NoSuchDatabase_SaysSo()
    {
        var cluster = await postgres.ClusterAsync();
        using var test = TestDatabase.On(cluster, cluster.Url("no_such_database"));
        test.Add("0001_first", "CREATE TABLE a (x INTEGER)");

        Assert.Equal(MigrationFailure.DatabaseUnusable, (await test.FailAsync()).Failure);
    }

    [Fact]
    public async Task Upgrade_ServerTakesNoWrites_IsRefused()
    {
        using var test = await AppliedAsync(Dialect.Postgres);
        test.Add("0004_fourth", "CREATE TABLE d (x INTEGER)");
        await test.RowsAsync($"ALTER DATABASE {test.Name} SET default_transaction_read_only = on");

        Assert.Equal(MigrationFailure.ReadOnly, (await test.FailAsync()).Failure);
    }

    [Fact]
    public async Task Backup_BeforeEachUpgrade_IsTheDatabaseOfBeforeAndTheNewestAreKept()
    {
        using var test = await AppliedAsync(Dialect.Sqlite);
        var before = await test.DumpAsync();
        var clock = new Clock(DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        for (var revision = 4; revision <= 8; revision++)
        {
            test.Add($"000{revision}_more", $"CREATE TABLE t{revision} (x INTEGER)");
            var upgrader = new Upgrader(test.Address, MigrationFolder.Read(test.Folder), null, null, clock);
            var backup = (await upgrader.UpgradeAsync()).Backup;
            Assert.Equal($"{test.Address.File}.backup-r000{revision - 1}-20260101T00000{revision - 4}Z", backup);
            if (revision == 4)
                using (var copy = TestDatabase.InFile(backup!))
                    Assert.Equal(before, await copy.DumpAsync());
            clock.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(3, Directory.GetFiles(test.Root, "*.backup-*").Length);
    }

    private static async Task RefusedAsync(TestDatabase test, MigrationFailure failure, string words)
    {
        var before = await test.DumpAsync();

        var error = await test.FailAsync();

        Assert.Equal(failure, error.Failure);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await test.DumpAsync());
    }

    private async Task<TestDatabase> AppliedAsync(Dialect dialect)
    {
        var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE a (x INTEGER)").Add("0002_second", "CREATE TABLE b (x INTEGER)").Add("0003_third", "CREATE TABLE c (x INTEGER)");
        await test.UpgradeAsync();
        test.Events.Clear();
        return test;
    }

    private sealed class CancelAtStep(int step, CancellationTokenSource cancel) : IUpgradeProgress
    {
        public void Report(UpgradeEvent happened)
        {
            if (happened is UpgradeEvent.StepStarted started && started.Step.Number == step)
                cancel.Cancel();
        }
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
