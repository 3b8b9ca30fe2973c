using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Migrations with one fault each, and beside each the same done right: the one must be found, the other must pass.</summary>
// One after the other: some of them count the scratch databases that are left on the server.
[Collection("rehearsals")]
public sealed class PlantedFaultTests(PostgresServer postgres)
{
    private const string Schema = """
        CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, email TEXT, name TEXT NOT NULL, level INTEGER, active BOOLEAN NOT NULL);
        CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), title TEXT, points INTEGER NOT NULL, code TEXT NOT NULL);
        """;

    /// <summary>What is wrong, on SQLite alone.</summary>
    public static TheoryData<string, string, string?, RehearsalRule> OnSqlite => new()
    {
        { "a way back that loses data", "ALTER TABLE notes DROP COLUMN title", "ALTER TABLE notes ADD COLUMN title TEXT", RehearsalRule.DownLosesData },
        { "rows deleted", "DELETE FROM notes WHERE title IS NULL", null, RehearsalRule.RowsChanged },
        { "rows doubled", "INSERT INTO notes SELECT id + 100000, user_id, title, points, code FROM notes WHERE id > 0 AND id < 1000", null, RehearsalRule.RowsChanged },
        { "parents deleted", "-- changes-rows: users\nDELETE FROM users WHERE email IS NULL", null, RehearsalRule.ForeignKeysBroken },
        { "NOT NULL without a backfill", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL); INSERT INTO n SELECT id, title FROM notes", null, RehearsalRule.StatementFailed },
        { "a unique index over what may repeat", "CREATE UNIQUE INDEX ux ON users (name)", "DROP INDEX ux", RehearsalRule.StatementFailed },
        { "a unique index over a parent", "CREATE UNIQUE INDEX ux ON notes (user_id)", "DROP INDEX ux", RehearsalRule.StatementFailed },
        { "verify", "-- step: backfill table=users key=id\nUPDATE users SET email = name WHERE email IS NULL AND active;\n-- step: verify none\nSELECT id FROM users WHERE email IS NULL", null, RehearsalRule.VerifyFailed },
        { "a backfill that means something else in each batch", "-- changes-rows: users\n-- step: backfill table=users key=id batch=1000\nDELETE FROM users WHERE NOT EXISTS (SELECT 1 FROM notes WHERE user_id = users.id) AND (SELECT count(*) FROM users) > 2 LIMIT 1", null, RehearsalRule.StatementFailed },
        { "a way back that fails", "ALTER TABLE users ADD COLUMN x TEXT", "ALTER TABLE users DROP COLUMN y", RehearsalRule.DownFailed },
        { "a way back that leaves an index", "CREATE INDEX ix_notes ON notes (user_id)", "SELECT 1", RehearsalRule.DownLeavesSchema },
        { "numbering over all rows", "ALTER TABLE notes ADD COLUMN rank INTEGER; UPDATE notes SET rank = (SELECT count(*) FROM notes n WHERE n.id <= notes.id)", null, RehearsalRule.DependsOnOtherRows },
        { "any row of several", "ALTER TABLE users ADD COLUMN last TEXT; UPDATE users SET last = (SELECT code FROM notes WHERE notes.user_id = users.id LIMIT 1)", null, RehearsalRule.ArbitraryRow },
        { "any match of several", "ALTER TABLE users ADD COLUMN last TEXT; UPDATE users SET last = n.code FROM notes n WHERE n.user_id = users.id", null, RehearsalRule.ArbitraryRow },
    };

    /// <summary>The same done right.</summary>
    public static TheoryData<string, string, string?> Right => new()
    {
        { "a way back that keeps data", "ALTER TABLE notes RENAME COLUMN title TO heading", "ALTER TABLE notes RENAME COLUMN heading TO title" },
        { "declared irreversible", "-- irreversible\nALTER TABLE notes DROP COLUMN title", "ALTER TABLE notes ADD COLUMN title TEXT" },
        { "rows deleted, declared", "-- changes-rows: notes\nDELETE FROM notes WHERE title IS NULL", null },
        { "NOT NULL with a backfill", "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL); INSERT INTO n SELECT id, coalesce(title, '') FROM notes", "DROP TABLE n" },
        { "a unique index over what is made unique", "UPDATE users SET name = name || '-' || id; CREATE UNIQUE INDEX ux ON users (name)", null },
        { "what SQLite's ALTER TABLE does not know", "UPDATE users SET email = '' WHERE email IS NULL; ALTER TABLE users ALTER COLUMN email SET NOT NULL", null },
        { "verify", "-- step: backfill table=users key=id\nUPDATE users SET email = name WHERE email IS NULL;\n-- step: verify none\nSELECT id FROM users WHERE email IS NULL", null },
        { "an index there and back", "CREATE INDEX ix_notes ON notes (user_id)", "DROP INDEX ix_notes" },
        { "numbering, declared", "-- depends-on-other-rows: notes\nALTER TABLE notes ADD COLUMN rank INTEGER; UPDATE notes SET rank = (SELECT count(*) FROM notes n WHERE n.id <= notes.id)", "ALTER TABLE notes DROP COLUMN rank" },
        { "the last of several", "ALTER TABLE users ADD COLUMN last TEXT; UPDATE users SET last = (SELECT code FROM notes WHERE notes.user_id = users.id ORDER BY notes.id DESC LIMIT 1)", "ALTER TABLE users DROP COLUMN last" },
        { "one match each", "ALTER TABLE notes ADD COLUMN owner TEXT; UPDATE notes SET owner = u.name FROM users u WHERE u.id = notes.user_id", "ALTER TABLE notes DROP COLUMN owner" },
        { "a count of one's own", "ALTER TABLE users ADD COLUMN notes_count INTEGER NOT NULL DEFAULT 0; UPDATE users SET notes_count = (SELECT count(*) FROM notes WHERE notes.user_id = users.id)", "ALTER TABLE users DROP COLUMN notes_count" },
        { "a clock", "ALTER TABLE users ADD COLUMN seen_at TIMESTAMP; UPDATE users SET seen_at = CURRENT_TIMESTAMP", "ALTER TABLE users DROP COLUMN seen_at" },
        { "a lookup table filled by the migration", "CREATE TABLE titles (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE); INSERT INTO titles (id, title) SELECT min(id), title FROM notes WHERE title IS NOT NULL GROUP BY title;\n-- depends-on-other-rows: titles", "DROP TABLE titles" },
        { "what the data is known to be", "-- assumes: notes: points BETWEEN 0 AND 100\nCREATE TABLE p (id INTEGER NOT NULL PRIMARY KEY, points INTEGER NOT NULL CHECK (points <= 100)); INSERT INTO p SELECT id, points FROM notes", "DROP TABLE p" },
    };

    [Theory]
    [MemberData(nameof(OnSqlite))]
    public async Task RunAsync_FaultOnSqlite_IsFound(string what, string up, string? down, RehearsalRule rule)
    {
        using var play = new Play().Add(Schema).Add(up, down);

        var report = await play.RunAsync();

        Assert.True(report.Migrations[1].Findings.Any(finding => finding.Rule == rule && finding.IsError), $"{what}:\n{Play.Text(report)}");
    }

    [Theory]
    [MemberData(nameof(Right))]
    public async Task RunAsync_DoneRight_PassesOnBothEngines(string what, string up, string? down)
    {
        using var play = new Play().Add(Schema).Add(up, down);

        var report = await play.RunAsync(postgres, scenarios: 60);

        Assert.True(report.Passed, $"{what}:\n{Play.Text(report)}");
        Assert.Empty(Play.Findings(report));
    }

    [Theory]
    [InlineData("case of LIKE", "ALTER TABLE notes ADD COLUMN hit INTEGER; UPDATE notes SET hit = CASE WHEN code LIKE 'a%' THEN 1 ELSE 0 END")]
    [InlineData("text as a number", "ALTER TABLE users ADD COLUMN half NUMERIC; UPDATE users SET half = CAST(level AS NUMERIC) / 2")]
    [InlineData("round", "ALTER TABLE notes ADD COLUMN half INTEGER; UPDATE notes SET half = CAST(points * 0.5 AS INTEGER)")]
    [InlineData("length of text", "ALTER TABLE notes ADD COLUMN size INTEGER; UPDATE notes SET size = length(CAST(CAST(points AS REAL) AS TEXT))")]
    public async Task RunAsync_ResultDiffersBetweenEngines_IsFound(string what, string up)
    {
        using var play = new Play().Add(Schema).Add(up);

        var report = await play.RunAsync(postgres, scenarios: 60);

        Assert.True(report.Migrations[1].Findings.Any(finding => finding.Rule == RehearsalRule.EnginesDiffer), $"{what}:\n{Play.Text(report)}");
    }

    [Fact]
    public async Task RunAsync_SetNotNullWithoutBackfillOnPostgres_IsFoundWithOneRow()
    {
        using var play = new Play().Add(Schema).Add("ALTER TABLE users ALTER COLUMN email SET NOT NULL", "ALTER TABLE users ALTER COLUMN email DROP NOT NULL");
        foreach (var file in Directory.GetFiles(Path.Combine(play.Root, "migrations", "0002_m2")))
            File.Move(file, file.Replace(".sql", ".postgres.sql", StringComparison.Ordinal));

        var report = await play.RunAsync(postgres);

        var finding = Assert.Single(report.Migrations[1].Findings);
        Assert.Equal("23502", finding.EngineCode);
        Assert.Single(finding.Sql!.Split('\n'), line => line.StartsWith("INSERT", StringComparison.Ordinal));
        Assert.Equal(["PostgreSQL"], report.Engines.Select(engine => engine.Split(' ')[0]));
    }

    /// <summary>What a way back leaves that is no table; the up is written for both engines.</summary>
    public static TheoryData<string, string, string, string> LeftBehind => new()
    {
        { "a view", "CREATE VIEW active AS SELECT id FROM users WHERE active", "SELECT 1", "the view active is only there after the way back" },
        { "a view with another query", "DROP VIEW named; CREATE VIEW named AS SELECT id, name FROM users WHERE active", "DROP VIEW named; CREATE VIEW named AS SELECT id, name FROM users WHERE NOT active", "the view named is not the same before and after the way back" },
        { "a view that is gone", "DROP VIEW named", "SELECT 1", "the view named is only there before" },
    };

    [Theory]
    [MemberData(nameof(LeftBehind))]
    public async Task RunAsync_WayBackThatLeavesAnotherView_IsFoundOnBothEngines(string what, string up, string down, string evidence)
    {
        using var play = new Play().Add(Schema + "CREATE VIEW named AS SELECT id, name FROM users;").Add(up, down);

        var report = await play.RunAsync(postgres, scenarios: 4);

        var findings = report.Migrations[1].Findings.Where(finding => finding.Rule == RehearsalRule.DownLeavesSchema).ToList();
        Assert.True(findings.Count == 2, $"{what}:\n{Play.Text(report)}");
        Assert.All(findings, finding => Assert.Contains(finding.Evidence, line => line.Contains(evidence, StringComparison.Ordinal)));
    }

    /// <summary>For PostgreSQL alone: what happens, and whether that is wrong.</summary>
    public static TheoryData<string, string, string?, string?> OnPostgres => new()
    {
        { "a function and a trigger left", "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := 'x'; RETURN NEW; END $$; CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION stamp();",
            "SELECT 1", "the trigger t on notes is only there after the way back" },
        { "a function and a trigger there and back", "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := 'x'; RETURN NEW; END $$; CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION stamp();",
            "DROP TRIGGER t ON notes; DROP FUNCTION stamp()", null },
        { "a label, added whether or not it is there", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'", "UPDATE feelings SET mood = 'sad' WHERE mood = 'calm'", null },
        { "a label that cannot be added twice", "ALTER TYPE mood ADD VALUE 'calm'", "SELECT 1", "ADD VALUE IF NOT EXISTS" },
        { "a label, used in a later transaction", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm';\n-- step: backfill table=feelings key=id batch=100\nUPDATE feelings SET mood = 'calm' WHERE mood = 'sad'",
            "-- step: backfill table=feelings key=id batch=100\nUPDATE feelings SET mood = 'sad' WHERE mood = 'calm'", null },
        { "a label, used in the transaction that adds it", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'; UPDATE feelings SET mood = 'calm' WHERE mood = 'sad'", "SELECT 1", "in a migration of its own" },
        { "an index CONCURRENTLY", "-- step: concurrent\nCREATE INDEX CONCURRENTLY ix ON notes (user_id)", "DROP INDEX ix", null },
        { "an index CONCURRENTLY on a partitioned table", "-- step: concurrent\nCREATE INDEX CONCURRENTLY ix ON parts (n)", "DROP INDEX ix", "cannot create index on partitioned table" },
        { "a body with semicolons", "CREATE FUNCTION tidy() RETURNS BIGINT LANGUAGE sql BEGIN ATOMIC UPDATE places SET n = n WHERE id > 0; SELECT count(*) FROM places; END; SELECT tidy()", "DROP FUNCTION tidy()", null },
        { "an order that is asked for at once", "UPDATE places SET n = n + 1 WHERE id > 0; UPDATE places SET n = 0", "SELECT 1", "duplicate key" },
        { "a deferred order, exchanged in one transaction", "UPDATE seats SET n = -n - 1; UPDATE seats SET n = -n - 1", "SELECT 1", null },
    };

    [Theory]
    [MemberData(nameof(OnPostgres))]
    public async Task RunAsync_OnPostgresAlone_FindsWhatIsWrongAndNothingElse(string what, string up, string? down, string? words)
    {
        using var play = new Play().Add(Schema + """
            CREATE TYPE mood AS ENUM ('glad', 'sad');
            CREATE TABLE feelings (id INTEGER PRIMARY KEY, mood mood NOT NULL);
            CREATE TABLE parts (id INTEGER NOT NULL, n INTEGER) PARTITION BY RANGE (id);
            CREATE TABLE places (id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE DEFERRABLE INITIALLY IMMEDIATE);
            CREATE TABLE seats (id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED);
            """).Add(up, down);
        foreach (var file in Directory.GetFiles(Path.Combine(play.Root, "migrations"), "*.sql", SearchOption.AllDirectories))
            File.Move(file, file.Replace(".sql", ".postgres.sql", StringComparison.Ordinal));

        var report = await play.RunAsync(postgres, scenarios: 30);

        Assert.True(report.Passed == words is null, $"{what}:\n{Play.Text(report)}");
        if (words is not null)
            Assert.Contains(words, Play.Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DataThatNoStatementCanMend_TellsHowToSayThatThereIsNone()
    {
        using var play = new Play().Add(Schema).Add("CREATE UNIQUE INDEX ux ON users (name)", "DROP INDEX ux");

        var finding = Assert.Single((await play.RunAsync()).Migrations[1].Findings);

        Assert.Contains("-- assumes: TABLE: CONDITION", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_MigrationThatCannotRunAtAll_IsReportedAndEndsTheRehearsal()
    {
        using var play = new Play().Add(Schema).Add("UPDATE nothing SET x = 1").Add("SELECT 1");

        var report = await play.RunAsync();

        Assert.Equal(2, report.Migrations.Count);
        Assert.Equal(RehearsalRule.StatementFailed, Assert.Single(report.Migrations[1].Findings).Rule);
        Assert.Contains(report.Notes, note => note.Contains("was not rehearsed", StringComparison.Ordinal));
    }
}
