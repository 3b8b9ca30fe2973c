using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Tests.Sql;

public sealed class StatementSplitterTests
{
    [Fact]
    public void Semicolons_InQuotesAndComments_DoNotEndAStatement() =>
        Assert.Equal(["SELECT ';' -- ;\n, \";\"", "SELECT 2"], Texts(Dialect.Sqlite, ";SELECT ';' -- ;\n, \";\" /* ; */; ; SELECT 2 ;"));

    [Fact]
    public void Trigger_OfSqlite_IsOneStatementWithItsBody()
    {
        const string Trigger = "CREATE TEMP TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET x = CASE WHEN 1 THEN 2 END; DELETE FROM c; END";
        Assert.Equal([Trigger, "SELECT 1"], Texts(Dialect.Sqlite, Trigger + ";\nSELECT 1;"));
    }

    [Fact]
    public void Trigger_WithoutItsBody_DoesNotSwallowWhatFollows() =>
        Assert.Equal(["CREATE TRIGGER t AFTER UPDATE ON a", "SELECT 1"], Texts(Dialect.Sqlite, "CREATE TRIGGER t AFTER UPDATE ON a; SELECT 1;"));

    [Fact]
    public void Transaction_BeginAndEnd_AreStatements() =>
        Assert.Equal(["BEGIN", "SELECT 1", "END"], Texts(Dialect.Postgres, "BEGIN; SELECT 1; END;"));

    [Theory]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END")]
    [InlineData("CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $f$ BEGIN UPDATE a SET b = 1; RETURN NEW; END $f$ LANGUAGE plpgsql")]
    [InlineData("DO $$ BEGIN PERFORM 1; END $$")]
    [InlineData("CREATE RULE r AS ON DELETE TO a DO INSTEAD (UPDATE a SET gone = true; SELECT 1)")]
    [InlineData("CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()")]
    public void Body_OfPostgres_IsPartOfItsStatement(string statement) =>
        Assert.Equal([statement, "SELECT 1"], Texts(Dialect.Postgres, statement + ";\nSELECT 1;"));

    [Fact]
    public void Copy_FromStdin_TakesItsRowsAlong()
    {
        const string Script = "\\connect db\nCOPY public.a (id, b) FROM stdin;\n1\tit's; \"\n2\t\\N\n\\.\n\nSELECT 1;\n";
        var statements = StatementSplitter.Split(new SourceText("dump", Script), Dialect.Postgres);
        Assert.Equal(["\\connect db", "COPY public.a (id, b) FROM stdin", "SELECT 1"], statements.Select(statement => statement.Text));
        Assert.True(statements[0].IsMetaCommand);
        Assert.Equal("1\tit's; \"\n2\t\\N\n", statements[1].Source.Slice(statements[1].CopyData!.Value).ToString());
        Assert.Null(statements[2].CopyData);
    }

    [Fact]
    public void ShellCommand_OfSqlite_IsALineOfItsOwn() =>
        Assert.Equal([".mode box", "SELECT 1.5", ".quit"], Texts(Dialect.Sqlite, ".mode box\nSELECT 1.5;\n.quit"));

    [Fact]
    public void Stretch_OfAScript_KeepsOffsetsOfTheWhole()
    {
        const string Script = "-- step: expand\nALTER TABLE a ADD b TEXT;\n-- step: verify none\n  SELECT 1;";
        var from = Script.IndexOf("  SELECT", StringComparison.Ordinal);
        var statement = Assert.Single(StatementSplitter.Split(new SourceText("up.sql", Script), new SourceSpan(from, Script.Length - from), Dialect.Sqlite));
        Assert.Equal(new SourcePosition(from + 2, 4, 3), statement.Position);
        Assert.Equal(("SELECT 1", "SELECT"), (statement.Text, statement.Verb));
        Assert.True(statement.StartsWith("select"));
    }

    private static IEnumerable<string> Texts(Dialect dialect, string script) =>
        StatementSplitter.Split(new SourceText("test", script), dialect).Select(statement => statement.Text);
}
