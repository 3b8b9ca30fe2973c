using System.Diagnostics;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;

namespace Gantry.Migrations.Tests.Sql.Parsing;

/// <summary>Whatever the text: no exception, no endless loop, no span outside of it.</summary>
public sealed class AnyTextTests
{
    private const string Seeds = """
        WITH c (a) AS (SELECT 1 UNION ALL (SELECT n FROM c)) UPDATE t AS u SET a = (SELECT b FROM v JOIN w USING (x) LIMIT 1), (b, c) = (1, 2) FROM z WHERE u.id IN ((SELECT 1), 2) AND x BETWEEN 1 AND 2 RETURNING *;
        INSERT INTO t (a, b) VALUES (1, 'x') ON CONFLICT (a) WHERE a > 0 DO UPDATE SET b = excluded.b;
        CREATE TABLE t (id bigint PRIMARY KEY, a varchar(10) COLLATE "C" DEFAULT 'x' NOT NULL REFERENCES u (id) ON DELETE SET NULL, CONSTRAINT k UNIQUE (a) , CHECK (a IS NOT NULL));
        ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT VALID, ALTER COLUMN a TYPE int USING a::int;
        DO $$ DECLARE n int := 1; BEGIN FOR r IN SELECT 1 LOOP IF n > (SELECT 1) THEN PERFORM 1; END IF; END LOOP; EXECUTE format('x'); END $$;
        CREATE FUNCTION f(a int) RETURNS trigger LANGUAGE plpgsql AS 'BEGIN x := ''y''; RETURN NEW; END';
        CREATE TRIGGER x AFTER UPDATE ON t WHEN new.a > 0 BEGIN UPDATE u SET b = CASE new.a WHEN 1 THEN 2 ELSE 3 END; END;
        SELECT DISTINCT ON (a) count(*) FILTER (WHERE x) OVER (PARTITION BY y ROWS UNBOUNDED PRECEDING) FROM ((SELECT 1) AS q CROSS JOIN LATERAL f(1) g) GROUP BY GROUPING SETS ((a), ()) FETCH FIRST 1 ROW WITH TIES;
        MERGE INTO t USING s ON a = b WHEN NOT MATCHED THEN INSERT (a) VALUES (1); COPY t FROM stdin;
        1	2
        \.
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(1961)]
    [InlineData(20241105)]
    public void Parser_OfMutatedSql_NeverThrowsAndStaysInside(int seed)
    {
        var random = new Random(seed);
        var words = Lexer.ReadAll(new SourceText("", Seeds), new SourceSpan(0, Seeds.Length), Dialect.Postgres).Select(token => Seeds.Substring(token.Span.Start, token.Span.Length)).ToArray();
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < 3000; run++)
        {
            var text = Mutated(random, words);
            foreach (var dialect in new[] { Dialect.Postgres, Dialect.Sqlite })
                foreach (var statement in SqlParser.ReadScript(new SourceText("any.sql", text), dialect))
                    foreach (var node in statement.All())
                        Assert.True(node.Span.Start >= 0 && node.Span.Length >= 0 && node.Span.End <= text.Length, $"seed {seed}, run {run}: {node.GetType().Name} {node.Span} of {text}");
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    // A stretch of the seeds in which words are dropped, doubled, exchanged, or cut in the middle.
    private static string Mutated(Random random, string[] words)
    {
        var from = random.Next(words.Length - 1);
        var chosen = words.AsSpan(from, Math.Min(words.Length - from, random.Next(1, 90))).ToArray().ToList();
        for (var changes = random.Next(5); changes > 0 && chosen.Count > 0; changes--)
        {
            var at = random.Next(chosen.Count);
            switch (random.Next(4))
            {
                case 0: chosen.RemoveAt(at); break;
                case 1: chosen.Insert(at, chosen[random.Next(chosen.Count)]); break;
                case 2: chosen[at] = words[random.Next(words.Length)]; break;
                default: chosen[at] = chosen[at][..random.Next(chosen[at].Length + 1)]; break;
            }
        }

        return string.Join(random.Next(8) == 0 ? "" : " ", chosen);
    }
}
