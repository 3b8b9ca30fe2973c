using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class UpgradeTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Upgrade_EmptyDatabase_AppliesAllAndRemembers()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER);").Add("0002_second", "INSERT INTO a VALUES (1), (2)");

        var result = await _scratch.UpgradeAsync();

        Assert.Equal((0, 2), (result.From, result.To));
        Assert.Equal(["1", "2"], _scratch.Rows("SELECT x FROM a ORDER BY x"));
        Assert.Equal(["1|first", "2|second"], _scratch.Rows("SELECT revision, name FROM gantry_migrations"));
    }

    [Fact]
    public async Task Upgrade_Again_AppliesOnlyWhatIsNew()
    {
        await _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)").UpgradeAsync();
        _scratch.Add("0002_second", "INSERT INTO a VALUES (1)");
        Assert.Equal(["0002_second"], (await _scratch.Upgrader().StatusAsync()).Pending.Select(migration => migration.FullName));

        Assert.Equal("0002_second", Assert.Single((await _scratch.UpgradeAsync()).Applied).FullName);

        Assert.Empty((await _scratch.UpgradeAsync()).Applied);
        Assert.Single(_scratch.Rows("SELECT x FROM a"));
    }

    [Fact]
    public async Task Upgrade_QuotesCommentsAndTriggers_AreOneStatementEach()
    {
        _scratch.Add("0001_first", """
            -- a comment; with a semicolon
            CREATE TABLE a (x TEXT, "odd;name" TEXT DEFAULT 'it''s; fine'); ;
            /* COMMIT; */ CREATE TRIGGER t AFTER INSERT ON a BEGIN
              UPDATE a SET x = 'seen; ' || x WHERE x = new.x;
              DELETE FROM a WHERE x = 'gone';
            END;
            INSERT INTO a (x) VALUES ('one')
            -- the end
            """);

        await _scratch.UpgradeAsync();

        Assert.Equal(["seen; one|it's; fine"], _scratch.Rows("SELECT * FROM a"));
    }

    [Fact]
    public async Task Upgrade_StatementFails_NothingOfThatMigrationStands()
    {
        _scratch.Add("0001_first", "CREATE TABLE volumes (id INTEGER PRIMARY KEY, name TEXT UNIQUE);");
        _scratch.Add("0002_second", """
            CREATE TABLE other (x INTEGER);
            INSERT INTO volumes VALUES (1, 'ä');
              -- why
              INSERT INTO volumes VALUES (2, 'ä');
            CREATE TABLE never (x INTEGER);
            """);

        var error = await _scratch.FailAsync();

        Assert.Equal(MigrationFailure.StatementFailed, error.Failure);
        Assert.Equal(("0002_second", 1), (error.Migration, error.DatabaseRevision));
        Assert.Equal(new FailedStatement("0002_second/up.sql", 3, 4, 3, "INSERT INTO volumes VALUES (2, 'ä')", "2067", "UNIQUE constraint failed: volumes.name"), error.Statement);
        Assert.Equal("""
            0002_second, step 1 (plain), 0002_second/up.sql:4:3: Two rows would have the same name in volumes, and no two may. (SQLite 3.x, code 2067: UNIQUE constraint failed: volumes.name)
            Committed: 0001_first; the database is at revision 0001, which is whole. Not committed: anything of 0002_second.
            Correct the migration, or the rows that it trips over, then start again: gantry db upgrade
            """, System.Text.RegularExpressions.Regex.Replace(error.Message, "SQLite 3[.0-9]+", "SQLite 3.x"));
        Assert.Equal(["volumes"], _scratch.Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'gantry_%'"));
        Assert.Empty(_scratch.Rows("SELECT * FROM volumes"));
        Assert.Equal(1, (await _scratch.Upgrader().StatusAsync()).Revision);
    }

    [Fact]
    public async Task Upgrade_SyntaxErrorInTheFirst_LeavesTheDatabaseEmpty()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER);\nCREATE TABEL b (x INTEGER);");

        var error = await _scratch.FailAsync();

        Assert.Equal((MigrationFailure.StatementFailed, 2, 2), (error.Failure, error.Statement!.Number, error.Statement.Line));
        Assert.Contains("TABEL", error.Statement.EngineMessage, StringComparison.Ordinal);
        Assert.Empty(_scratch.Rows("SELECT name FROM sqlite_master"));
    }

    [Theory]
    [InlineData("COMMIT;")]
    [InlineData("begin transaction;")]
    [InlineData("/* odd */ End;")]
    [InlineData("ROLLBACK;")]
    [InlineData("SAVEPOINT x;")]
    public async Task Upgrade_ScriptControlsTheTransaction_IsRefusedAndUndone(string statement)
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER); " + statement + " CREATE TABLE b (x INTEGER);");

        Assert.Equal(MigrationFailure.TransactionInScript, (await _scratch.FailAsync()).Failure);

        Assert.Empty(_scratch.Rows("SELECT name FROM sqlite_master"));
    }

    [Fact]
    public async Task Upgrade_AppliedMigrationWasEdited_IsRefused()
    {
        await _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)").UpgradeAsync();
        _scratch.Add("0001_first", "CREATE TABLE a (x TEXT)").Add("0002_second", "CREATE TABLE b (x INTEGER)");

        Assert.Equal(MigrationFailure.EditedHistory, (await _scratch.FailAsync()).Failure);

        Assert.Equal(["a"], _scratch.Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'gantry_%'"));
    }

    [Fact]
    public async Task Upgrade_DatabaseNewer_IsRefusedWithBothNames()
    {
        await _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)").Add("0002_second", "CREATE TABLE b (x INTEGER)").UpgradeAsync();
        Directory.Delete(Path.Combine(_scratch.Folder, "0002_second"), recursive: true);

        var error = await _scratch.FailAsync();

        Assert.Equal((MigrationFailure.DatabaseNewer, 2), (error.Failure, error.DatabaseRevision));
        Assert.Contains("0002_second", error.Message, StringComparison.Ordinal);
        Assert.Contains("0001_first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_HistoryWithAHole_IsRefused()
    {
        await _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)").Add("0002_second", "CREATE TABLE b (x INTEGER)").UpgradeAsync();
        _scratch.Rows("DELETE FROM gantry_migrations WHERE revision = 1");

        Assert.Equal(MigrationFailure.BrokenHistory, (await _scratch.FailAsync()).Failure);
    }

    [Fact]
    public async Task Upgrade_RowsWithoutTheirParent_IsRefusedAndUndone()
    {
        _scratch.Add("0001_first", """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id));
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1);
            """);
        await _scratch.UpgradeAsync();
        _scratch.Add("0002_second", "DELETE FROM parent;");

        Assert.Equal(MigrationFailure.ForeignKeysBroken, (await _scratch.FailAsync()).Failure);

        Assert.Single(_scratch.Rows("SELECT * FROM parent"));
    }

    [Fact]
    public async Task Upgrade_TableBuiltAnew_KeepsItsChildren()
    {
        _scratch.Add("0001_first", """
            CREATE TABLE parent (id INTEGER PRIMARY KEY, x TEXT);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1, 'x'); INSERT INTO child VALUES (7, 1);
            """);
        _scratch.Add("0002_rebuild", """
            CREATE TABLE parent_new (id INTEGER PRIMARY KEY, x TEXT NOT NULL);
            INSERT INTO parent_new SELECT id, x FROM parent;
            DROP TABLE parent;
            ALTER TABLE parent_new RENAME TO parent;
            """);

        await _scratch.UpgradeAsync();

        Assert.Equal(["7|1"], _scratch.Rows("SELECT * FROM child"));
    }

    [Fact]
    public async Task Downgrade_ThenUpgrade_RestoresSchemaAndGoesOn()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;").Add("0002_second", "CREATE TABLE b (x INTEGER);");
        await _scratch.UpgradeAsync();
        var after = _scratch.Schema();

        var error = await Assert.ThrowsAsync<MigrationException>(() => _scratch.Upgrader().DownAsync());
        Assert.Equal(MigrationFailure.Irreversible, error.Failure);

        _scratch.Add("0002_second", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;");
        Assert.Equal("0002_second", (await _scratch.Upgrader().DownAsync())?.FullName);
        Assert.Equal("0001_first", (await _scratch.Upgrader().DownAsync())?.FullName);
        Assert.Null(await _scratch.Upgrader().DownAsync());
        Assert.Empty(_scratch.Schema());

        await _scratch.UpgradeAsync();
        Assert.Equal(after, _scratch.Schema());
    }

    [Fact]
    public async Task Upgrade_NotADatabase_SaysSo()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)");
        await File.WriteAllTextAsync(_scratch.Database, new string('x', 5000));

        Assert.Equal(MigrationFailure.Corrupt, (await _scratch.FailAsync()).Failure);
    }

    [Fact]
    public async Task Upgrade_InMemory_Works()
    {
        _scratch.Add("0001_first", "CREATE TABLE a (x INTEGER)");

        var upgrader = new Upgrader(DatabaseAddress.OfFile(":memory:"), MigrationFolder.Read(_scratch.Folder), null, null, TimeProvider.System);

        Assert.Single((await upgrader.UpgradeAsync()).Applied);
        Assert.False(File.Exists(":memory:.upgrade-lock"));
    }
}
