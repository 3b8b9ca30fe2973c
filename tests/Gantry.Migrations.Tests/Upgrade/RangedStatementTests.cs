using Gantry.Migrations.Sql;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class RangedStatementTests
{
    [Theory]
    [InlineData("UPDATE t SET a = 1", "t", "UPDATE t SET a = 1 WHERE R ")]
    [InlineData("UPDATE t SET a = 1 WHERE a IS NULL OR b", "t", "UPDATE t SET a = 1 WHERE ( a IS NULL OR b\n) AND R ")]
    [InlineData("UPDATE t AS x SET a = (SELECT b FROM u WHERE u.id = x.id) WHERE a IS NULL -- why\n", "x", "UPDATE t AS x SET a = (SELECT b FROM u WHERE u.id = x.id) WHERE ( a IS NULL\n) AND R ")]
    [InlineData("UPDATE t x SET a = 1 RETURNING id", "x", "UPDATE t x SET a = 1  WHERE R RETURNING id")]
    [InlineData("UPDATE ONLY public.t SET a = u.b FROM u WHERE u.id = t.id RETURNING t.id", "t", "UPDATE ONLY public.t SET a = u.b FROM u WHERE ( u.id = t.id \n) AND R RETURNING t.id")]
    [InlineData("UPDATE \"T\" \"Where\" SET a = CASE WHEN b THEN 1 ELSE 2 END", "\"Where\"", "UPDATE \"T\" \"Where\" SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE R ")]
    [InlineData("WITH u AS (SELECT id FROM t WHERE a) UPDATE t SET a = 1 FROM u WHERE u.id = t.id", "t", "WITH u AS (SELECT id FROM t WHERE a) UPDATE t SET a = 1 FROM u WHERE ( u.id = t.id\n) AND R ")]
    [InlineData("DELETE FROM t WHERE old", "t", "DELETE FROM t WHERE ( old\n) AND R ")]
    [InlineData("DELETE FROM t AS x USING u WHERE u.id = x.id", "x", "DELETE FROM t AS x USING u WHERE ( u.id = x.id\n) AND R ")]
    [InlineData("INSERT INTO v (id) SELECT x.id FROM u JOIN t x ON x.id = u.id WHERE u.a ON CONFLICT (id) DO NOTHING", "x",
        "INSERT INTO v (id) SELECT x.id FROM u JOIN t x ON x.id = u.id WHERE ( u.a \n) AND R ON CONFLICT (id) DO NOTHING")]
    [InlineData("INSERT INTO v SELECT id FROM t", "t", "INSERT INTO v SELECT id FROM t WHERE R ")]
    public void Of_StatementOverTheTable_IsNarrowedUnderItsOwnName(string sql, string qualifier, string narrowed)
    {
        var ranged = RangedStatement.Of(Statement(sql), "t", out var why);

        Assert.Null(why);
        Assert.Equal((qualifier, narrowed), (ranged!.Qualifier, ranged.For("R")));
    }

    [Theory]
    [InlineData("UPDATE u SET a = 1", "the table that the directive names")]
    [InlineData("UPDATE u SET a = 1 FROM t WHERE t.id = u.id", "the table that the directive names")]
    [InlineData("UPDATE t SET a = 1 ORDER BY id LIMIT 5", "ORDER")]
    [InlineData("INSERT INTO v SELECT DISTINCT a FROM t", "DISTINCT")]
    [InlineData("INSERT INTO v SELECT a FROM t GROUP BY a", "GROUP")]
    [InlineData("INSERT INTO v SELECT count(*) FROM t", "count")]
    [InlineData("INSERT INTO v SELECT a FROM u", "does not read t")]
    [InlineData("INSERT INTO t VALUES (1)", "this one has none")]
    [InlineData("CREATE INDEX i ON t (a)", "takes one UPDATE")]
    public void Of_StatementThatMeansSomethingElseInBatches_IsRefused(string sql, string why)
    {
        Assert.Null(RangedStatement.Of(Statement(sql), "t", out var because));

        Assert.Contains(why, because, StringComparison.Ordinal);
    }

    private static StatementText Statement(string sql) => Assert.Single(StatementSplitter.Split(new SourceText("up.sql", sql), Dialect.Postgres));
}
