using Gantry.Migrations.Files;

namespace Gantry.Migrations.Tests.Files;

public sealed class MigrationSourceTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Read_Flyway_OrderedByVersionPartsWithUndoAndRepeatables()
    {
        Write("V10__ten.sql", "SELECT 10;");
        Write("V2.1__two_one.sql", "SELECT 21;");
        Write("V2__two words.sql", "SELECT 2;");
        Write("more/V2_0_5__deep.sql", "SELECT 205;");
        Write("U10__ten.sql", "SELECT -10;");
        Write("R__views.sql", "SELECT 0;");
        Write("beforeMigrate.sql", "SELECT 'callback';");
        Write("flyway.conf", "no SQL");

        var set = Read();

        Assert.Equal(MigrationLayout.Flyway, set.Layout);
        Assert.Equal(["V2__two words", "V2_0_5__deep", "V2.1__two_one", "V10__ten", "R__views"], set.Migrations.Select(migration => migration.FullName));
        Assert.Equal([1, 2, 3, 4, 5], set.Migrations.Select(migration => migration.Revision));
        Assert.Equal("more/V2_0_5__deep.sql", set.Migrations[1].Up[Dialect.Sqlite].Source.Name);
        Assert.Equal("SELECT -10;", Down(set.Migrations[3]));
        Assert.Empty(set.Migrations[0].Down);
    }

    [Fact]
    public void Read_FlywayBaseline_OnlyWhereItsVersionsWereThrownAway()
    {
        Write("B5__baseline.sql", "SELECT 5;");
        Write("V6__six.sql", "SELECT 6;");
        Assert.Equal(["B5__baseline", "V6__six"], Read().Migrations.Select(migration => migration.FullName));

        Write("V1__one.sql", "SELECT 1;");
        Assert.Equal(["V1__one", "V6__six"], Read().Migrations.Select(migration => migration.FullName));
    }

    [Theory]
    [InlineData("V1__a.sql", "V01.0__b.sql", MigrationFailure.DuplicateRevision)]
    [InlineData("V1__a.sql", "U2__b.sql", MigrationFailure.InvalidFolder)]
    [InlineData("V1__a.sql", "V2_b.sql", MigrationFailure.InvalidFolder)]
    [InlineData("V1__a.sql", "000002_b.up.sql", MigrationFailure.InvalidFolder)]
    [InlineData("1_a.up.sql", "001_b.up.sql", MigrationFailure.DuplicateRevision)]
    [InlineData("1_a.up.sql", "2_b.down.sql", MigrationFailure.InvalidFolder)]
    [InlineData("1_a.up.sql", "seed.sql", MigrationFailure.InvalidFolder)]
    [InlineData("001_a.sql", "1-b.sql", MigrationFailure.DuplicateRevision)]
    [InlineData("001_a.sql", "schema.sql", MigrationFailure.InvalidFolder)]
    [InlineData("a.sql", "b.sql", MigrationFailure.InvalidFolder)]
    public void Read_FilesWhoseOrderIsNotClear_AreRefusedByName(string one, string other, MigrationFailure failure)
    {
        Write(one, "SELECT 1;");
        Write(other, "SELECT 2;");

        var error = Assert.Throws<MigrationException>(() => Read());

        Assert.Equal(failure, error.Failure);
        Assert.Contains("Nothing was changed.", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(one, StringComparison.Ordinal) || error.Message.Contains(other, StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public void Read_GolangMigrate_GapsOfTimestampsAreFine()
    {
        Write("20240115093000_users.up.sql", "CREATE TABLE users (id INT);");
        Write("20240115093000_users.down.sql", "DROP TABLE users;");
        Write("20231201000000_first.up.sql", "SELECT 1;");
        Write("9_oldest.up.sql", "SELECT 0;");

        var set = Read(Dialect.Postgres);

        Assert.Equal(MigrationLayout.GolangMigrate, set.Layout);
        Assert.Equal(["9_oldest", "20231201000000_first", "20240115093000_users"], set.Migrations.Select(migration => migration.FullName));
        Assert.Equal("users", set.Migrations[2].Name);
        Assert.Equal("DROP TABLE users;", set.Migrations[2].Down[Dialect.Postgres].Source.Text);
        Assert.Equal([Dialect.Postgres], set.Migrations[2].Up.Keys);
    }

    [Fact]
    public void Read_Dbmate_BothDirectionsOfOneFileWithTheirPlacesInIt()
    {
        Write("20240101000000_users.sql", "-- migrate:up\nCREATE TABLE users (id INT);\n\n-- migrate:down\nDROP TABLE users;\n");
        Write("20240102000000_index.sql", "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (id);\n\n-- migrate:down\n\n");

        var set = Read();

        Assert.Equal(MigrationLayout.Dbmate, set.Layout);
        Assert.Equal("CREATE TABLE users (id INT);", Up(set.Migrations[0]));
        Assert.Equal("DROP TABLE users;", Down(set.Migrations[0]));
        var step = set.Migrations[0].Down[Dialect.Sqlite].Steps[0];
        Assert.Equal(4, set.Migrations[0].Down[Dialect.Sqlite].Source.At(step.Span.Start).Line);
        Assert.Equal(StepKind.Concurrent, set.Migrations[1].Up[Dialect.Postgres].Steps[0].Kind);
        Assert.Empty(set.Migrations[1].Down);
    }

    [Fact]
    public void Read_DbmateFileWithoutMark_IsRefused()
    {
        Write("1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n");
        Write("2_b.sql", "SELECT 2;");

        Assert.Contains("2_b.sql", Assert.Throws<MigrationException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Goose_MarksAreReadLikeDbmates()
    {
        Write("00001_users.sql", "-- +goose Up\nCREATE TABLE users (id INT);\n-- +goose Down\nDROP TABLE users;\n");
        Write("00002_index.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON users (id);\n");

        var set = Read();

        Assert.Equal("CREATE TABLE users (id INT);", Up(set.Migrations[0]));
        Assert.Equal("DROP TABLE users;", Down(set.Migrations[0]));
        Assert.Equal(StepKind.Concurrent, set.Migrations[1].Up[Dialect.Postgres].Steps[0].Kind);
    }

    [Fact]
    public void Read_PlainNumberedFiles_InOrderOfTheirNumbers()
    {
        Write("10_ten.sql", "SELECT 10;");
        Write("9-nine.sql", "SELECT 9;");
        Write("2024-01-31.sql", "SELECT 2024;");
        Write("2024-02-01_february.sql", "SELECT 2025;");
        Write("notes.txt", "no SQL");

        var set = Read();

        Assert.Equal(MigrationLayout.Numbered, set.Layout);
        Assert.Equal(["9-nine", "10_ten", "2024-01-31", "2024-02-01_february"], set.Migrations.Select(migration => migration.FullName));
    }

    [Fact]
    public void Read_CommentThatLooksLikeADirective_IsNothingInAnotherToolsFile()
    {
        Write("1_a.sql", "-- step: first we make room\nSELECT 1;");

        Assert.Equal(StepKind.Plain, Assert.Single(Read().Migrations[0].Up[Dialect.Sqlite].Steps).Kind);
    }

    [Fact]
    public void Read_OneFile_IsOneMigrationNamedLikeIt()
    {
        Write("change.sql", "UPDATE a SET b = 1;");

        var set = MigrationSource.Read(Path.Combine(_scratch.Folder, "change.sql"), null);

        Assert.Equal("change", Assert.Single(set.Migrations).FullName);
        Assert.Equal("change.sql", set.Migrations[0].Up[Dialect.Sqlite].Source.Name);
    }

    [Fact]
    public void Read_OwnLayoutBesideASnapshotOfTheSchema_IsReadAsItsOwn()
    {
        _scratch.Add("0001_first", "-- step: expand\nSELECT 1;");
        Write("schema.sql", "CREATE TABLE a (id INT);");

        var set = Read();

        Assert.Equal(MigrationLayout.Gantry, set.Layout);
        Assert.Equal(StepKind.Expand, set.Migrations[0].Up[Dialect.Sqlite].Steps[0].Kind);
    }

    [Theory]
    [InlineData("versions/82b32a_owner.py", "alembic upgrade head --sql")]
    [InlineData("20240101_Initial.cs", "dotnet ef migrations script")]
    public void Read_MigrationsWrittenAsPrograms_SayHowToPrintTheirSql(string file, string command)
    {
        Write(file, "no SQL");

        Assert.Contains(command, Assert.Throws<MigrationException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NothingThere_IsRefused()
    {
        var error = Assert.Throws<MigrationException>(() => MigrationSource.Read(Path.Combine(_scratch.Root, "nowhere"), null));

        Assert.Equal(MigrationFailure.FolderMissing, error.Failure);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_scratch.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private MigrationSet Read(Dialect? dialect = null) => MigrationSource.Read(_scratch.Folder, dialect);

    private static string Up(Migration migration) => Text(migration.Up[Dialect.Sqlite]);

    private static string Down(Migration migration) => Text(migration.Down[Dialect.Sqlite]);

    private static string Text(MigrationScript script) =>
        string.Concat(script.Steps.Select(step => script.Source.Slice(step.Span).ToString())).Trim();
}
