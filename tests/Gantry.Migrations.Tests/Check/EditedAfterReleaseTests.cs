using Gantry.Migrations.Check;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Tests.Check;

public sealed class EditedAfterReleaseTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public EditedAfterReleaseTests()
    {
        _scratch.Add("0001_first", "SELECT 1;", "SELECT 1;").Add("0002_second", "SELECT 2;", "SELECT 2;");
        MigrationsLock.Pin(Read(), null).Write(Read());
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Check_NothingEdited_NothingToSay() => Assert.Empty(Check().Findings);

    [Fact]
    public void Check_MigrationAddedBehind_NothingToSay()
    {
        _scratch.Add("0003_third", "SELECT 3;", "SELECT 3;");

        Assert.Empty(Check().Findings);
    }

    [Fact]
    public void Check_WayBackOrRemarkEdited_OnlyTheWayForwardIsPinned()
    {
        _scratch.Add("0001_first", "SELECT 1;", "SELECT 'edited';");

        Assert.Empty(Check().Findings);
    }

    [Fact]
    public void Check_Edited_IsAnErrorInThatFile()
    {
        _scratch.Add("0001_first", "SELECT 'edited';", "SELECT 1;");

        var finding = Assert.Single(Check().Findings);

        Assert.Equal(("edited-after-release", Severity.Error, "0001_first/up.sql"), (finding.Rule, finding.Severity, finding.Source.Name));
    }

    [Fact]
    public void Check_Removed_IsAnErrorInTheLock()
    {
        Directory.Delete(Path.Combine(_scratch.Folder, "0002_second"), recursive: true);

        var finding = Assert.Single(Check().Findings);

        Assert.Equal(("migrations.lock", 4), (finding.Source.Name, finding.Position.Line));
        Assert.Equal(Severity.Error, finding.Severity);
    }

    [Fact]
    public void Check_NewOneBeforeAReleasedOne_IsAWarning()
    {
        foreach (var folder in Directory.GetDirectories(_scratch.Folder))
            Directory.Delete(folder, recursive: true);
        File.Delete(MigrationsLock.PathFor(Read()));
        foreach (var time in new[] { "20240101_a", "20240301_c" })
            File.WriteAllText(Path.Combine(_scratch.Folder, time + ".sql"), "SELECT 1;");
        MigrationsLock.Pin(Read(), null).Write(Read());
        File.WriteAllText(Path.Combine(_scratch.Folder, "20240201_b.sql"), "SELECT 1;");

        var finding = Assert.Single(Check().Findings);

        Assert.Equal((Severity.Warning, "20240201_b.sql"), (finding.Severity, finding.Source.Name));
    }

    private MigrationSet Read() => MigrationSource.Read(_scratch.Folder, Dialect.Sqlite);

    private CheckReport Check() => Checker.Check(Read(), null, Dialect.Sqlite, new CheckOptions { Lock = MigrationsLock.Read(Read()) });
}
