using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Tests.Sql.Parsing;

public sealed class RoutineTests
{
    [Fact]
    public void DoBlock_AllItsStatements_AreFoundWithTheirPlaceInTheFile()
    {
        const string Sql = """
            DO $body$
            <<outer>>
            DECLARE
              n bigint := (SELECT max(id) FROM a);
              r RECORD;
              c CURSOR FOR SELECT 1;
            BEGIN
              UPDATE a SET b = (SELECT x FROM c) WHERE d;
              IF (SELECT y FROM e) > 1 THEN
                n := n + (SELECT z FROM f);
              ELSIF n = CASE WHEN n > 1 THEN 2 END THEN
                PERFORM g(x) FROM h;
              ELSE
                FOR r IN SELECT * FROM i LOOP
                  DELETE FROM j WHERE id = r.id;
                END LOOP;
              END IF;
              CASE n WHEN 1 THEN INSERT INTO k VALUES (1); END CASE;
              EXECUTE 'UPDATE l SET m = 1';
              EXECUTE format('ALTER TABLE %I ADD o int', n);
              EXECUTE 'UPDATE ' || n || ' SET a = 1';
              RAISE NOTICE 'x %', (SELECT p FROM q);
              SELECT s INTO STRICT n FROM t;
              RETURN;
            EXCEPTION WHEN unique_violation THEN
              NULL;
            END outer $body$
            """;
        var block = Assert.IsType<DoStatement>(Assert.Single(SqlParser.ReadScript(new SourceText("up.sql", Sql), Dialect.Postgres)));
        Assert.Equal(
            [
                "Evaluate (SELECT max(id) FROM a)", "Select SELECT 1", "Update UPDATE a SET b = (SELECT x FROM c) WHERE d", "Evaluate (SELECT y FROM e) > 1",
                "Evaluate n + (SELECT z FROM f)", "Select PERFORM g(x) FROM h", "Select SELECT * FROM i", "Delete DELETE FROM j WHERE id = r.id",
                "Insert INSERT INTO k VALUES (1)", "Update UPDATE l SET m = 1", "Unread EXECUTE format('ALTER TABLE %I ADD o int', n)",
                "Unread EXECUTE 'UPDATE ' || n || ' SET a = 1'", "Evaluate (SELECT p FROM q)", "Select SELECT s INTO STRICT n FROM t",
            ],
            block.Body.Select(statement => $"{statement.GetType().Name.Replace("Statement", "", StringComparison.Ordinal)} {statement.Text}"));
        Assert.Equal(new SourcePosition(Sql.IndexOf("UPDATE a", StringComparison.Ordinal), 8, 3), block.Body[2].Position);
        Assert.Equal([false, true], block.Body.OfType<UnreadStatement>().Select(unread => unread.MayChangeRows));
        Assert.Equal(["n bigint", "r record"], block.Variables.Select(variable => $"{variable.Name} {variable.Type.Name}"));
    }

    [Fact]
    public void FunctionInQuotes_WithDoubledQuotesInside_KeepsItsPlace()
    {
        const string Sql = "CREATE OR REPLACE FUNCTION f(a int, b character varying(3) DEFAULT 'x') RETURNS trigger LANGUAGE plpgsql STABLE AS 'BEGIN UPDATE t SET a = ''x''; RETURN NEW; END'";
        var function = Assert.IsType<CreateFunctionStatement>(Assert.Single(SqlParser.ReadScript(new SourceText("up.sql", Sql), Dialect.Postgres)));
        var update = Assert.IsType<UpdateStatement>(Assert.Single(function.Body));
        Assert.Equal(Sql.IndexOf("UPDATE", StringComparison.Ordinal), update.Span.Start);
        Assert.Equal("x", Assert.IsType<LiteralExpression>(update.Set[0].Value).Value);
        Assert.Equal((true, false, "trigger"), (function.Steady, function.ReturnsSet, function.Returns!.Name));
        Assert.Equal(["a integer", "b character varying"], function.Variables.Select(variable => $"{variable.Name} {variable.Type.Name}"));
    }

    [Theory]
    [InlineData("CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$", 2, true)]
    [InlineData("CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE sql BEGIN ATOMIC SELECT 1; DELETE FROM t; END", 2, true)]
    [InlineData("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN (SELECT 1)", 1, false)]
    [InlineData("CREATE PROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN CALL g((SELECT 1)); END $$", 1, false)]
    public void Function_InEachForm_GivesItsStatements(string sql, int statements, bool set)
    {
        var function = Assert.IsType<CreateFunctionStatement>(Assert.Single(SqlParser.ReadScript(new SourceText("up.sql", sql), Dialect.Postgres)));
        Assert.Equal((statements, set), (function.Body.Count, function.ReturnsSet));
        Assert.DoesNotContain(function.Body, statement => statement is UnreadStatement);
    }

    [Fact]
    public void Function_InALanguageThatIsNotSql_IsNotRead()
    {
        var function = (CreateFunctionStatement)SqlParser.ReadScript(new SourceText("x", "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$"), Dialect.Postgres)[0];
        Assert.Equal("it is written in plpython3u", Assert.IsType<UnreadStatement>(Assert.Single(function.Body)).Reason);
    }

    [Fact]
    public void SqliteTrigger_ItsBody_IsParsed()
    {
        var trigger = (CreateTriggerStatement)SqlParser.ReadScript(new SourceText("x", "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = (SELECT d FROM e); DELETE FROM f; END;"), Dialect.Sqlite)[0];
        Assert.Equal(["UPDATE b SET c = (SELECT d FROM e)", "DELETE FROM f"], trigger.Body.Select(statement => statement.Text));
    }
}
