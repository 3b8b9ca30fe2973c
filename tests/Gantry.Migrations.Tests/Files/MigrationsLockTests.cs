using Gantry.Migrations.Files;

namespace Gantry.Migrations.Tests.Files;

public sealed class MigrationsLockTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Pin_NewMigrations_AreAddedAndReadBack()
    {
        var set = Released();

        var read = MigrationsLock.Read(set)!;

        Assert.Equal(["0001_first"], read.Released.Select(migration => migration.Name));
        Assert.Equal(set.Migrations[0].Checksum, read.Released[0].Checksum);
        Assert.EndsWith("0001_first", read.Source.Slice(read.Released[0].Span).ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(MigrationsLock.PathFor(set) + ".new"));
    }

    [Fact]
    public void Pin_EditedMigration_KeepsItsOldPin()
    {
        var before = Released().Migrations[0].Checksum;
        _scratch.Add("0001_first", "SELECT 'edited'").Add("0002_second", "SELECT 2");

        var set = MigrationFolder.Read(_scratch.Folder);
        var pinned = MigrationsLock.Pin(set, MigrationsLock.Read(set));

        Assert.Equal([before, set.Migrations[1].Checksum], pinned.Released.Select(migration => migration.Checksum));
    }

    [Fact]
    public void Pin_FlywaysRepeatable_IsLeftOut()
    {
        File.WriteAllText(Path.Combine(_scratch.Folder, "V1__a b.sql"), "SELECT 1");
        File.WriteAllText(Path.Combine(_scratch.Folder, "R__views.sql"), "SELECT 2");

        var pinned = MigrationsLock.Pin(MigrationSource.Read(_scratch.Folder, null), null);

        Assert.Equal("V1__a b", Assert.Single(pinned.Released).Name);
    }

    [Theory]
    [InlineData("not a checksum  0001_first")]
    [InlineData("<<<<<<< HEAD")]
    public void Read_DamagedLine_IsRefusedWithItsNumber(string line)
    {
        var set = Released();
        File.AppendAllText(MigrationsLock.PathFor(set), line + "\n");

        var error = Assert.Throws<MigrationException>(() => MigrationsLock.Read(set));

        Assert.Contains("migrations.lock, line 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SameNameTwice_IsRefused()
    {
        var set = Released();
        var path = MigrationsLock.PathFor(set);
        File.AppendAllText(path, File.ReadLines(path).Last() + "\n");

        Assert.Contains("twice", Assert.Throws<MigrationException>(() => MigrationsLock.Read(set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoLock_IsNone() => Assert.Null(MigrationsLock.Read(MigrationFolder.Read(_scratch.Folder)));

    private MigrationSet Released()
    {
        _scratch.Add("0001_first", "SELECT 1");
        var set = MigrationFolder.Read(_scratch.Folder);
        MigrationsLock.Pin(set, null).Write(set);
        return set;
    }
}
