using Gantry.Migrations.Files;

namespace Gantry.Migrations.Tests.Files;

public sealed class MigrationFolderTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Read_SeveralMigrations_InOrderOfTheirNumbers()
    {
        _scratch.Add("0002_second", "SELECT 2", "SELECT -2").Add("0001_first", "SELECT 1");
        File.WriteAllText(Path.Combine(_scratch.Folder, "README.md"), "left alone");

        var migrations = MigrationFolder.Read(_scratch.Folder).Migrations;

        Assert.Equal(["0001_first", "0002_second"], migrations.Select(migration => migration.FullName));
        Assert.Empty(migrations[0].Down);
        Assert.Equal("SELECT -2", migrations[1].Down[Dialect.Postgres].Source.Text);
    }

    [Fact]
    public void Read_OtherLineEndsByteOrderMarkOrTrailingBlanks_SameChecksum()
    {
        _scratch.Add("0001_first", "SELECT 1;\nSELECT 2;\n");
        var before = MigrationFolder.Read(_scratch.Folder).Migrations[0].Checksum;

        _scratch.Add("0001_first", "\uFEFFSELECT 1;\r\nSELECT 2;\r\n\r\n");

        Assert.Equal(before, MigrationFolder.Read(_scratch.Folder).Migrations[0].Checksum);
        _scratch.Add("0001_first", "SELECT 1;\nSELECT 3;\n");
        Assert.NotEqual(before, MigrationFolder.Read(_scratch.Folder).Migrations[0].Checksum);
    }

    [Theory]
    [InlineData("1_first")]
    [InlineData("0001-first")]
    [InlineData("0001_First")]
    [InlineData("first")]
    public void Read_FolderNotNamedLikeAMigration_IsRefused(string name)
    {
        _scratch.Add(name, "SELECT 1");

        Assert.Contains(name, Fail(MigrationFailure.InvalidFolder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SameNumberTwice_IsRefused()
    {
        _scratch.Add("0001_first", "SELECT 1").Add("0001_other", "SELECT 1");

        Assert.Contains("0001_first and 0001_other", Fail(MigrationFailure.DuplicateRevision).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NumberMissing_IsRefused()
    {
        _scratch.Add("0001_first", "SELECT 1").Add("0003_third", "SELECT 1");

        Assert.Contains("0002 is missing", Fail(MigrationFailure.RevisionGap).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileThatWouldBeIgnored_IsRefused()
    {
        _scratch.Add("0001_first", "SELECT 1");
        File.WriteAllText(Path.Combine(_scratch.Folder, "0001_first", "up.mysql.sql"), "SELECT 1");

        Assert.Contains("up.mysql.sql", Fail(MigrationFailure.InvalidFolder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoUpScriptOrUnreadableOne_IsRefused()
    {
        Directory.CreateDirectory(Path.Combine(_scratch.Folder, "0001_first"));
        Fail(MigrationFailure.InvalidFolder);

        var up = Path.Combine(_scratch.Folder, "0001_first", "up.sql");
        File.WriteAllBytes(up, [0x53, 0xFF, 0xFE]);
        Fail(MigrationFailure.InvalidFolder);

        File.WriteAllText(up, "SELECT 1;\0DROP TABLE x;");
        Fail(MigrationFailure.InvalidFolder);
    }

    [Fact]
    public void Read_NoFolder_IsRefused()
    {
        Directory.Delete(_scratch.Folder);

        Fail(MigrationFailure.FolderMissing);
        Directory.CreateDirectory(_scratch.Folder);
    }

    [Fact]
    public void Read_OverrideForOneEngine_PortableForTheOther()
    {
        _scratch.Add("0001_first", "SELECT 1");
        File.WriteAllText(Path.Combine(_scratch.Folder, "0001_first", "up.postgres.sql"), "SELECT 'p'");

        var up = MigrationFolder.Read(_scratch.Folder).Migrations[0].Up;

        Assert.Equal("0001_first/up.sql", up[Dialect.Sqlite].Source.Name);
        Assert.Equal("0001_first/up.postgres.sql", up[Dialect.Postgres].Source.Name);
    }

    [Fact]
    public void Read_Directives_CutTheScriptIntoSteps()
    {
        _scratch.Add("0001_first", """
            -- What this is for.
            -- requires: 0000
            -- changes-rows: a, b
            -- step: expand
            ALTER TABLE a ADD COLUMN x TEXT;
            -- step: backfill table=a key=id batch=500   (a remark)
            UPDATE a SET x = '-- no step';
            -- step: verify none
            SELECT id FROM a WHERE x IS NULL;
            """, "-- irreversible");

        var migration = MigrationFolder.Read(_scratch.Folder).Migrations[0];
        var script = migration.Up[Dialect.Sqlite];

        Assert.Equal([StepKind.Expand, StepKind.Backfill, StepKind.Verify], script.Steps.Select(step => step.Kind));
        Assert.Equal(new BackfillRange("a", "id", 500), script.Steps[1].Backfill);
        Assert.Equal("UPDATE a SET x = '-- no step';", script.Source.Slice(script.Steps[1].Span).Trim().ToString());
        Assert.False(script.IsOneTransaction);
        Assert.True(migration.Irreversible);
        Assert.Equal(0, migration.Requires);
        Assert.Equal(["a", "b"], migration.ChangesRows);
    }

    [Fact]
    public void Read_ConcurrentIndexInAPortableScript_LosesTheWordOnSqliteOnly()
    {
        const string up = "-- step: concurrent\nCREATE INDEX CONCURRENTLY i ON a (x);\nDROP INDEX concurrently IF EXISTS j;\n";
        _scratch.Add("0001_first", up);

        var scripts = MigrationFolder.Read(_scratch.Folder).Migrations[0].Up;

        Assert.Equal(up, scripts[Dialect.Postgres].Source.Text);
        Assert.Equal("-- step: concurrent\nCREATE INDEX              i ON a (x);\nDROP INDEX              IF EXISTS j;\n", scripts[Dialect.Sqlite].Source.Text);
    }

    [Theory]
    [InlineData("-- step: backfil table=a key=id")]
    [InlineData("-- step: backfill table=a")]
    [InlineData("-- step: backfill table=a key=id batch=0")]
    [InlineData("-- step: backfill table=a key=id size=5")]
    [InlineData("-- step: expand now")]
    [InlineData("-- step: verify")]
    public void Read_DirectiveNotUnderstood_IsRefusedWithItsLine(string directive)
    {
        _scratch.Add("0001_first", "SELECT 1;\n" + directive + "\nSELECT 2;");

        Assert.Contains("0001_first/up.sql, line 2", Fail(MigrationFailure.InvalidFolder).Message, StringComparison.Ordinal);
    }

    private MigrationException Fail(MigrationFailure failure)
    {
        var error = Assert.Throws<MigrationException>(() => MigrationFolder.Read(_scratch.Folder));
        Assert.Equal(failure, error.Failure);
        Assert.Contains("Nothing was changed.", error.Message, StringComparison.Ordinal);
        return error;
    }
}
