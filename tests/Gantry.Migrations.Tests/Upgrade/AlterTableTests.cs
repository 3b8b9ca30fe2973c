using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>ALTER TABLE as authors write it once for both engines.</summary>
public sealed class AlterTableTests(PostgresServer postgres)
{
    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Alter_EveryKindOfChange_HoldsOnBothEngines(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", """
            CREATE TABLE p (id INTEGER PRIMARY KEY);
            CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER CONSTRAINT to_p REFERENCES p (id), n INTEGER NOT NULL DEFAULT 7, s TEXT);
            INSERT INTO p VALUES (1), (2);
            INSERT INTO t VALUES (1, 1, 5, 'a'), (2, NULL, 6, 'b');
            CREATE INDEX ix_t_s ON t (s);
            CREATE VIEW v AS SELECT id, n FROM t;
            """);
        test.Add("0002_alter", """
            DROP VIEW v;
            ALTER TABLE t ALTER COLUMN s SET NOT NULL, ALTER COLUMN n TYPE BIGINT, ALTER COLUMN n SET DEFAULT 8, ADD COLUMN x TEXT;
            ALTER TABLE t DROP CONSTRAINT to_p;
            ALTER TABLE t ADD CONSTRAINT small CHECK (n < 100);
            CREATE VIEW v AS SELECT id, n FROM t;
            """);

        await test.UpgradeAsync();

        await test.RowsAsync("INSERT INTO t (id, p, s) VALUES (3, 999, 'c')");
        Assert.Equal(["1|1|5|a", "2|NULL|6|b", "3|999|8|c"], await test.RowsAsync("SELECT id, p, n, s FROM t ORDER BY id"));
        Assert.Equal("3", await test.OneAsync("SELECT count(*) FROM v"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.RowsAsync("INSERT INTO t (id, s) VALUES (4, NULL)"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.RowsAsync("INSERT INTO t (id, s, n) VALUES (4, 'd', 100)"));
        Assert.Contains("ix_t_s", await test.DumpAsync(), StringComparison.Ordinal);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task SetNotNull_RowsWithoutValue_FailsShowsThemAndLeavesNothing(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        await test.Add("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, NULL);").UpgradeAsync();
        var before = await test.DumpAsync();
        test.Add("0002_contract", "-- requires: 1\n-- step: contract\nALTER TABLE t ALTER COLUMN s SET NOT NULL;");

        var error = await test.FailAsync();

        Assert.Equal((MigrationFailure.StatementFailed, 2L), (error.Failure, error.Report!.Rows!.Count));
        Assert.Contains("s in t would be NULL", error.Report.Why, StringComparison.Ordinal);
        Assert.Equal(before, await test.DumpAsync());
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task SetNotNull_InAContract_HoldsAndLeavesNoCheckBehind(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        await test.Add("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES (1, 'a');").UpgradeAsync();
        test.Add("0002_contract", "-- requires: 1\n-- step: contract\nALTER TABLE t ALTER COLUMN s SET NOT NULL;");

        await test.UpgradeAsync();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.RowsAsync("INSERT INTO t (id) VALUES (2)"));
        Assert.DoesNotContain("gantry_not_null", await test.DumpAsync(), StringComparison.Ordinal);
    }

    [Theory, InlineData(Dialect.Sqlite), InlineData(Dialect.Postgres)]
    public async Task Contract_WithoutRequires_IsRefused(Dialect dialect)
    {
        using var test = await TestDatabase.CreateAsync(dialect, postgres);
        test.Add("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY);\n-- step: contract\nALTER TABLE t ADD COLUMN s TEXT;");

        Assert.Contains("-- requires:", (await test.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebuild_OfAParent_KeepsChildrenTriggersIndexesViewsAndNumbers()
    {
        using var test = await TestDatabase.CreateAsync(Dialect.Sqlite, postgres);
        test.Add("0001_first", """
            CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT, up INTEGER REFERENCES parent (id), twice INTEGER AS (id * 2));
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
            CREATE TABLE log (what TEXT);
            CREATE UNIQUE INDEX ux_parent_x ON parent (x) WHERE x <> '';
            CREATE TRIGGER parent_changed AFTER UPDATE ON parent BEGIN INSERT INTO log VALUES ('changed; ' || new.id); END;
            CREATE VIEW v AS SELECT parent.id, twice FROM parent JOIN child ON child.parent_id = parent.id;
            INSERT INTO parent (id, x) VALUES (1, 'a'), (2, 'b'), (9, 'c'); DELETE FROM parent WHERE id = 9;
            UPDATE parent SET up = 1 WHERE id = 2;
            INSERT INTO child VALUES (7, 2);
            """);
        await test.UpgradeAsync();
        var before = await test.DumpAsync();
        test.Add("0002_alter", "ALTER TABLE parent ALTER COLUMN x SET NOT NULL;", "ALTER TABLE parent ALTER COLUMN x DROP NOT NULL;");

        await test.UpgradeAsync();

        Assert.Equal("2|4", await test.OneAsync("SELECT * FROM v"));
        Assert.Equal(["7|2"], await test.RowsAsync("SELECT * FROM child"));
        Assert.Empty(await test.RowsAsync("PRAGMA foreign_key_check"));
        await test.RowsAsync("UPDATE parent SET x = 'z' WHERE id = 2");
        Assert.Equal("2", await test.OneAsync("SELECT count(*) FROM log"));
        await test.RowsAsync("UPDATE parent SET x = 'b' WHERE id = 2; DELETE FROM log WHERE rowid > 1");
        Assert.NotNull(await test.Upgrader().DownAsync());
        Assert.Equal(before, await test.DumpAsync());
        await test.RowsAsync("INSERT INTO parent (x) VALUES ('new')");
        Assert.Equal("10", await test.OneAsync("SELECT max(id) FROM parent"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("WITHOUT ROWID")]
    public async Task DropColumn_SeveralInARow_LeavesWhatOneByOneLeaves(string kind)
    {
        var first = $"""
            CREATE TABLE p (id INTEGER PRIMARY KEY);
            CREATE TABLE t (code TEXT NOT NULL PRIMARY KEY, a TEXT, p INTEGER REFERENCES p (id), b INTEGER NOT NULL DEFAULT 7 CHECK (b > 0), kept TEXT, c TEXT AS (a || 'x'), d BLOB) {kind};
            CREATE TABLE child (code TEXT REFERENCES t (code));
            CREATE TABLE log (what TEXT);
            CREATE UNIQUE INDEX ux_t_kept ON t (kept) WHERE kept <> '';
            CREATE TRIGGER t_changed AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.kept); END;
            CREATE VIEW v AS SELECT t.code, kept FROM t JOIN child ON child.code = t.code;
            INSERT INTO p VALUES (1); INSERT INTO t (code, a, p, kept, d) VALUES ('x', 'a', 1, 'k', x'00'), ('gone', 'a', NULL, 'l', NULL), ('b', NULL, 1, NULL, x'01');
            DELETE FROM t WHERE code = 'gone'; INSERT INTO child VALUES ('b');
            """;
        string[] drops = ["ALTER TABLE t DROP COLUMN c;", "ALTER TABLE t DROP COLUMN a;", "ALTER TABLE T DROP b;", "ALTER TABLE t DROP COLUMN \"d\";"];
        using var together = await TestDatabase.CreateAsync(Dialect.Sqlite, postgres);
        using var apart = await TestDatabase.CreateAsync(Dialect.Sqlite, postgres);
        await together.Add("0001_first", first).Add("0002_drop", string.Join('\n', drops)).UpgradeAsync();
        await apart.Add("0001_first", first).Add("0002_drop", string.Join("\nSELECT 1;\n", drops)).UpgradeAsync();

        // A table that was built anew has its name in quotes.
        Assert.Equal("1", await together.OneAsync("SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE TABLE \"t\"%'"));
        Assert.Equal("0", await apart.OneAsync("SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE TABLE \"t\"%'"));
        foreach (var question in new[]
        {
            "SELECT type, name, tbl_name, replace(sql, '\"', '') FROM sqlite_master WHERE name NOT LIKE 'gantry%' ORDER BY type, name", "SELECT * FROM t ORDER BY code", "SELECT * FROM v",
            "SELECT " + (kind.Length == 0 ? "rowid" : "code") + " FROM t ORDER BY 1", "PRAGMA integrity_check", "PRAGMA foreign_key_check",
        })
            Assert.Equal(await apart.RowsAsync(question), await together.RowsAsync(question));
        await together.RowsAsync("UPDATE t SET kept = 'z' WHERE code = 'b'");
        Assert.Equal("z", await together.OneAsync("SELECT what FROM log"));
    }

    [Theory]
    [InlineData("b", "CREATE INDEX ix ON t (b);")]
    [InlineData("b", "CREATE VIEW v AS SELECT b FROM t;")]
    [InlineData("none", "")]
    public async Task DropColumn_OneOfSeveralThatMayNotGo_FailsAtItAndLeavesNothing(string column, string more)
    {
        using var test = await TestDatabase.CreateAsync(Dialect.Sqlite, postgres);
        await test.Add("0001_first", $"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT); INSERT INTO t VALUES (1, 'a', 'b', 'c'); {more}").UpgradeAsync();
        var before = await test.DumpAsync();
        test.Add("0002_drop", $"ALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN {column};\nALTER TABLE t DROP COLUMN c;");

        var error = await test.FailAsync();

        Assert.Equal($"ALTER TABLE t DROP COLUMN {column}", error.Report!.Statement!.Text);
        Assert.Equal(before, await test.DumpAsync());
    }
}
