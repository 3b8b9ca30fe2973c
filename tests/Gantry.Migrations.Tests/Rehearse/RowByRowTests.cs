using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Which scripts are known to treat each row by itself: those alone are spared the question in most scenarios.</summary>
public sealed class RowByRowTests
{
    [Theory]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER DEFAULT (1 + 1), p INTEGER REFERENCES p (id)); CREATE UNIQUE INDEX ux ON t (n) WHERE n > 0")]
    [InlineData("ALTER TABLE t ADD COLUMN a TEXT; ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 1 CHECK (b > 0); ALTER TABLE t ADD COLUMN c TEXT REFERENCES p (id)")]
    [InlineData("ALTER TABLE t DROP COLUMN a; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN b TO c; DROP INDEX ix; DROP TABLE IF EXISTS x")]
    public void Is_StatementsThatSeeOneRowAtMost_True(string script) => Assert.True(Is(script, Dialect.Postgres) && Is(script, Dialect.Sqlite));

    [Theory]
    [InlineData("ALTER TABLE t ADD COLUMN n SERIAL")]
    [InlineData("ALTER TABLE t ADD COLUMN n BIGSERIAL")]
    [InlineData("ALTER TABLE t ADD COLUMN n INTEGER GENERATED ALWAYS AS IDENTITY")]
    [InlineData("ALTER TABLE t ADD COLUMN n INTEGER DEFAULT nextval('s')")]
    [InlineData("ALTER TABLE t ADD COLUMN n TIMESTAMP DEFAULT CURRENT_TIMESTAMP")]
    [InlineData("ALTER TABLE t ADD COLUMN n INTEGER DEFAULT (rank_of())")]
    [InlineData("ALTER TABLE t ADD COLUMN n INTEGER GENERATED ALWAYS AS (m + 1) STORED")]
    [InlineData("ALTER TABLE t ALTER COLUMN n TYPE TEXT USING (f(n))")]
    [InlineData("ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0)")]
    [InlineData("CREATE TABLE u AS SELECT count(*) FROM t")]
    [InlineData("CREATE TABLE u (LIKE t); INSERT INTO u SELECT * FROM t LIMIT 1")]
    [InlineData("CREATE TABLE u PARTITION OF t DEFAULT")]
    [InlineData("UPDATE t SET n = 1")]
    [InlineData("DELETE FROM t WHERE n > 1")]
    [InlineData("SELECT setval('s', 1)")]
    [InlineData("DROP TRIGGER r ON t")]
    [InlineData("DO $$ BEGIN UPDATE t SET n = 1; END $$")]
    [InlineData("TRUNCATE t")]
    [InlineData("ALTER TABLE t ADD COLUMN a TEXT; something that nobody can read")]
    public void Is_StatementsThatMayLookAround_False(string script) => Assert.False(Is(script, Dialect.Postgres));

    [Fact]
    public void Tables_ThoseWhoseRowsItCanChangeOrFailOver()
    {
        const string script = """
            CREATE TABLE made (id INTEGER PRIMARY KEY, p INTEGER REFERENCES pointed_to_by_nothing (id)); CREATE INDEX ix ON indexed (n);
            ALTER TABLE s.altered ADD COLUMN p INTEGER REFERENCES parent (id); ALTER TABLE renamed RENAME TO other; DROP INDEX ux; DROP TABLE one, two
            """;

        Assert.Equal(["indexed", "altered", "parent", "renamed", "one", "two"], Script(script, Dialect.Postgres, up => RowByRow.Tables(up, Dialect.Postgres).Select(table => table.Last).ToList()));
    }

    private static bool Is(string text, Dialect dialect) => Script(text, dialect, up => RowByRow.Is(up, dialect));

    private static T Script<T>(string text, Dialect dialect, Func<MigrationScript, T> ask)
    {
        using var scratch = new Scratch();
        scratch.Add("0001_m", text);
        return ask(MigrationFolder.Read(scratch.Folder).Migrations[0].Up[dialect]);
    }
}
