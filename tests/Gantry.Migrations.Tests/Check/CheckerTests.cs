using Gantry.Migrations.Check;
using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Tests.Check;

public sealed class CheckerTests : IDisposable
{
    private const string Schema = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b TEXT); CREATE TABLE c (id INTEGER NOT NULL PRIMARY KEY, b TEXT);";

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Check_Finding_NamesRulePlaceAndWhatToDo()
    {
        var finding = Assert.Single(Check("SELECT 1;\n  UPDATE a\n SET b = 'x' WHERE b IS NULL;").Findings);

        Assert.Equal(("unbatched-backfill", Severity.Warning), (finding.Rule, finding.Severity));
        Assert.Equal((2, 10), (finding.Position.Line, finding.Position.Column));
        Assert.Contains("many rows of a", finding.Message, StringComparison.Ordinal);
        Assert.Contains("key=id", finding.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_SchemaAdvances_WithinAndBetweenMigrations()
    {
        Write("1_a.sql", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY); UPDATE n SET id = 1;");
        Write("2_b.sql", "UPDATE n SET id = 1 WHERE id > 0;");

        var finding = Assert.Single(Check(Dialect.Sqlite).Findings);

        Assert.Equal("2_b.sql", finding.Source.Name);
    }

    [Fact]
    public void Check_AllowedWithReason_IsShownAsAllowedAndNotCounted()
    {
        var report = Check("-- gantry: allow unbatched-backfill a has ten rows\nUPDATE a SET b = 'x' WHERE b IS NULL;\nUPDATE a SET b = 'y' WHERE b IS NULL;");

        Assert.Equal(3, Assert.Single(report.Findings).Position.Line);
        Assert.Equal("a has ten rows", Assert.Single(report.Suppressed).Reason);
    }

    [Theory]
    [InlineData("-- gantry: allow unbatched-backfill\nUPDATE a SET b = 'x' WHERE b IS NULL;", 2)]
    [InlineData("-- gantry: allow no-such-rule because\nUPDATE a SET b = 'x' WHERE b IS NULL;", 2)]
    [InlineData("-- gantry: allow\nUPDATE a SET b = 'x' WHERE b IS NULL;", 2)]
    [InlineData("-- gantry: allow blocking-index because\nSELECT 1;", 1)]
    [InlineData("SELECT 1;\n-- gantry: allow blocking-index because", 1)]
    public void Check_AllowanceThatIsNone_IsReported(string sql, int findings)
    {
        var report = Check(sql);

        Assert.Equal(findings, report.Findings.Count);
        Assert.Contains(report.Findings, finding => finding.Rule == "suppression" && finding.Severity == Severity.Warning);
        Assert.Empty(report.Suppressed);
    }

    [Fact]
    public void Check_TextThatLooksLikeAnAllowance_AllowsNothing()
    {
        var report = Check("INSERT INTO a (b) VALUES ('\n-- gantry: allow unbatched-backfill no\n');\nUPDATE a SET b = 'x' WHERE b IS NULL;");

        Assert.Equal("unbatched-backfill", Assert.Single(report.Findings).Rule);
    }

    [Fact]
    public void Check_RuleSwitchedOff_SaysNothing()
    {
        var report = Check("UPDATE a SET b = 'x' WHERE b IS NULL;", new CheckOptions { Off = new HashSet<string> { "unbatched-backfill" } });

        Assert.Empty(report.Findings);
    }

    [Fact]
    public void Check_UnknownRuleSwitchedOff_IsRefusedWithTheRules()
    {
        var error = Assert.Throws<ArgumentException>(() => Check("SELECT 1;", new CheckOptions { Off = new HashSet<string> { "nonsense" } }));

        Assert.Contains("unbatched-backfill", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_WarningsAsErrors_FailsTheCheck()
    {
        var report = Check("UPDATE a SET b = 'x' WHERE b IS NULL;", new CheckOptions { WarningsAsErrors = true });

        Assert.Equal((1, 0, false), (report.Errors, report.Warnings, report.Passed));
    }

    [Fact]
    public void Check_FirstRevision_LeavesOlderMigrationsAlone()
    {
        Write("1_a.sql", "UPDATE a SET b = 'x' WHERE b IS NULL;");
        Write("2_b.sql", "UPDATE c SET b = 'x' WHERE b IS NULL;");

        var report = Check(Dialect.Sqlite, new CheckOptions { FirstRevision = 2 });

        Assert.Equal("2_b.sql", Assert.Single(report.Findings).Source.Name);
        Assert.Equal((1, 1), (report.Migrations, report.Statements));
    }

    [Fact]
    public void Check_WayBack_IsCheckedByTheSchemaAfterTheWayForward()
    {
        _scratch.Add("0001_first", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, b TEXT);", "DELETE FROM a; UPDATE a SET = ;");

        var report = Check(Dialect.Postgres);

        Assert.Equal(["update-or-delete-without-where", "not-proved"], report.Findings.Select(finding => finding.Rule));
        Assert.All(report.Findings, finding => Assert.Equal("0001_first/down.sql", finding.Source.Name));
    }

    [Theory]
    [InlineData("BEGIN; ALTER TABLE a ADD COLUMN x INT; COMMIT; UPDATE a SET x = 1 WHERE x IS NULL;", false)]
    [InlineData("BEGIN; ALTER TABLE a ADD COLUMN x INT; UPDATE a SET x = 1 WHERE x IS NULL; COMMIT;", true)]
    [InlineData("ALTER TABLE a ADD COLUMN x INT; UPDATE a SET x = 1 WHERE x IS NULL;", true)]
    public void Check_Transactions_AreCutByBeginAndCommit(string sql, bool together)
    {
        var report = Check(sql, dialect: Dialect.Postgres);

        Assert.Equal(together, report.Findings.Any(finding => finding.Rule == "data-and-schema-in-one-step"));
    }

    [Fact]
    public void Check_LaterMigrationMakesTheIndex_NothingToSay()
    {
        Write("1_a.sql", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, a_id INTEGER REFERENCES a (id));");
        Assert.Equal("foreign-key-without-index", Assert.Single(Check(Dialect.Sqlite).Findings).Rule);

        Write("2_b.sql", "CREATE INDEX ix ON n (a_id);");
        Assert.Empty(Check(Dialect.Sqlite).Findings);
    }

    [Theory]
    [InlineData("CREATE INDEX ix ON t (x);", "blocking-index")]
    [InlineData("UPDATE t SET x = 1 WHERE y IS NULL;", "unbatched-backfill")]
    [InlineData("ALTER TABLE t ADD COLUMN x INT NOT NULL;", "not-null-without-backfill")]
    [InlineData("ALTER TABLE t DROP COLUMN x;", "rename-or-drop-breaks-running-replicas")]
    [InlineData("ALTER TABLE t ALTER COLUMN x TYPE BIGINT;", "table-rewrite")]
    [InlineData("CREATE TABLE t (x INT); CREATE INDEX ix ON t (x); UPDATE t SET x = 1; ALTER TABLE t DROP COLUMN x; DROP TABLE t;", null)]
    [InlineData("DO $$ BEGIN CREATE TABLE t (x INT); CREATE INDEX ix ON t (x); END $$;", null)]
    [InlineData("DROP TABLE IF EXISTS t; CREATE TABLE t (x INT);", null)]
    public void Check_TableThatNoSchemaKnows_IsTakenToBeInUse(string sql, string? rule)
    {
        Write("1_only.sql", sql);

        var report = Checker.Check(MigrationSource.Read(_scratch.Folder, Dialect.Postgres), null, Dialect.Postgres, new CheckOptions());

        Assert.Equal(rule is null ? [] : [rule], report.Findings.Select(finding => finding.Rule));
    }

    [Fact]
    public void Check_RenamedTable_BringsItsForeignKeysAlong()
    {
        Write("1_a.sql", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, a_id INTEGER REFERENCES a (id));");
        Write("2_b.sql", "ALTER TABLE n RENAME TO m;");

        Assert.Equal(["1_a.sql"], Check(Dialect.Sqlite).Findings.Where(finding => finding.Rule == "foreign-key-without-index").Select(finding => finding.Source.Name));
    }

    [Fact]
    public void Check_LockBesideASingleFile_IsNamedBesideIt()
    {
        Write("only.sql", "SELECT 1;");
        var set = MigrationSource.Read(Path.Combine(_scratch.Folder, "only.sql"), Dialect.Sqlite);
        var pinned = MigrationsLock.Pin(set with { Migrations = [set.Migrations[0] with { FullName = "gone" }] }, null);

        var report = Checker.Check(set, null, Dialect.Sqlite, new CheckOptions { Lock = pinned });

        Assert.Equal($"{_scratch.Folder}/migrations.lock", report.FileOf(report.Findings.First(finding => finding.Severity == Severity.Error).Source));
    }

    private CheckReport Check(string sql, CheckOptions? options = null, Dialect dialect = Dialect.Sqlite)
    {
        Write("1_only.sql", sql);
        return Check(dialect, options);
    }

    private CheckReport Check(Dialect dialect, CheckOptions? options = null) =>
        Checker.Check(MigrationSource.Read(_scratch.Folder, dialect), DdlSchema.Read(Schema, dialect), dialect, options ?? new CheckOptions());

    private void Write(string file, string sql) => File.WriteAllText(Path.Combine(_scratch.Folder, file), sql);
}
