using System.Diagnostics;
using Gantry.Migrations;
using Gantry.Migrations.Check.Proofs;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Gantry.Testing.SubqueryFuzz;

/// <summary>What a campaign saw.</summary>
/// <param name="Schemas">Seeds that were run.</param>
/// <param name="Statements">Statements that the engine accepted.</param>
/// <param name="Proved">Of them, those that the rule proved.</param>
/// <param name="NeverTwo">Of them, those that never gave two rows with any of the rows tried: an upper bound of what could be proved.</param>
/// <param name="Misses">Statements that were proved and gave two rows, with the seed that makes them: none, or the proof is wrong.</param>
internal sealed record FuzzResult(int Schemas, int Statements, int Proved, int NeverTwo, IReadOnlyList<string> Misses)
{
    public FuzzResult And(FuzzResult other) => new(Schemas + other.Schemas, Statements + other.Statements, Proved + other.Proved, NeverTwo + other.NeverTwo, [.. Misses, .. other.Misses]);

    public override string ToString() =>
        $"{Schemas} schemas, {Statements} statements, {Proved} proved of {NeverTwo} that never gave two rows ({100.0 * Proved / Math.Max(1, NeverTwo):0.0} %), {Misses.Count} misses{string.Concat(Misses.Take(5).Select(miss => "\n" + miss))}";
}

/// <summary>
/// Holds the proof of scalar-subquery-may-return-many to its word on real engines: makes schemas, rows and statements from a seed, and runs what was
/// proved. No such statement may ever give a second row.
/// </summary>
internal static class SubqueryFuzz
{
    private const int Datasets = 4, StatementsOfASchema = 60;

    private const string Judge = """
        CREATE OR REPLACE FUNCTION pg_temp.judge(q text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE q;
          RETURN 'ok';
        EXCEPTION WHEN OTHERS THEN
          RETURN SQLSTATE;
        END $$
        """;

    /// <summary>Runs seeds one after the other until the time is over; at least one.</summary>
    /// <param name="firstSeed">The first; each next one is larger by one.</param>
    /// <param name="time">For how long.</param>
    /// <param name="most">How many seeds at most.</param>
    /// <param name="connectionString">An empty database of PostgreSQL, whose schema <c>public</c> is dropped and made anew; null for SQLite.</param>
    public static async Task<FuzzResult> RunAsync(int firstSeed, TimeSpan time, int most, string? connectionString)
    {
        var watch = Stopwatch.StartNew();
        var result = new FuzzResult(0, 0, 0, 0, []);
        for (var seed = firstSeed; seed < firstSeed + most && (seed == firstSeed || watch.Elapsed < time); seed++)
            result = result.And(connectionString is null ? RunSqlite(seed) : await RunPostgresAsync(seed, connectionString));
        return result;
    }

    private static async Task<FuzzResult> RunPostgresAsync(int seed, string connectionString)
    {
        var random = new Random(seed);
        var schema = new FuzzSchema(random, Dialect.Postgres);
        var statements = Statements(schema, random, Dialect.Postgres);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await RunAsync(connection, "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + schema.Ddl);
        await RunAsync(connection, Judge);

        var codes = statements.ToDictionary(statement => statement.Text, _ => new List<string>());
        for (var dataset = 0; dataset < Datasets; dataset++)
        {
            // One transaction: what is deferred stays broken until its end.
            await using var transaction = await connection.BeginTransactionAsync();
            await JudgeAsync(connection, [.. schema.Rows()]);
            var texts = statements.Select(statement => statement.Text).ToArray();
            var judged = await JudgeAsync(connection, texts);
            for (var i = 0; i < texts.Length; i++)
                codes[texts[i]].Add(judged[i]);
            await transaction.RollbackAsync();
        }

        return Count(seed, schema, statements, statement => codes[statement.Text], "21000");
    }

    private static async Task<string[]> JudgeAsync(NpgsqlConnection connection, string[] texts)
    {
        await using var command = new NpgsqlCommand("SELECT array_agg(pg_temp.judge(q) ORDER BY n) FROM unnest($1) WITH ORDINALITY AS x (q, n)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = texts });
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static FuzzResult RunSqlite(int seed)
    {
        var random = new Random(seed);
        var schema = new FuzzSchema(random, Dialect.Sqlite);
        var statements = Statements(schema, random, Dialect.Sqlite);
        var codes = statements.ToDictionary(statement => statement.Text, _ => new List<string>());
        for (var dataset = 0; dataset < Datasets; dataset++)
        {
            using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
            connection.Open();
            Run(connection, schema.Ddl);
            foreach (var row in schema.Rows())
                Run(connection, row.Replace("INSERT", "INSERT OR IGNORE", StringComparison.Ordinal));
            foreach (var statement in statements)
                codes[statement.Text].Add(Run(connection, $"SELECT coalesce(max((SELECT count(*) FROM ({statement.Subquery}))), 0) > 1 FROM {statement.From}"));
        }

        return Count(seed, schema, statements, statement => codes[statement.Text], "1");
    }

    private static string Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            return command.ExecuteScalar()?.ToString() ?? "";
        }
        catch (SqliteException)
        {
            return "refused";
        }
    }

    private sealed record Tried(string Text, string Subquery, string From, bool Proved);

    private static List<Tried> Statements(FuzzSchema schema, Random random, Dialect dialect)
    {
        var known = DdlSchema.Read(schema.Ddl, dialect);
        var maker = new FuzzStatement(schema, random, dialect);
        var statements = new List<Tried>();
        while (statements.Count < StatementsOfASchema)
        {
            var (subquery, from) = maker.Next();
            // The subquery is evaluated first, and nothing is ever deleted.
            var text = random.Next(6) switch
            {
                0 or 1 => $"DELETE FROM {from} WHERE CASE WHEN ({subquery}) IS NULL THEN 1 ELSE 0 END > 1",
                // Not within an aggregate: there no aggregate of the subquery could belong to this query.
                2 => $"SELECT ({subquery}) FROM {from}",
                _ => $"SELECT count(({subquery})) FROM {from}",
            };
            if (statements.Exists(before => before.Text == text) || SqlParser.ReadScript(new SourceText("fuzz", text), dialect) is not [var statement])
                continue;
            if (statement is UnreadStatement unread)
                throw new InvalidOperationException($"The parser cannot read what the engine can: {unread.Reason}, column {unread.At.Column} of\n{text}");
            var found = Subqueries.Of(statement, known)[0];
            var proved = SingleRow.Of(found.Expression.Query, known, found.Scope, found.Common, new ProofLimit()).Proved;
            statements.Add(new Tried(text, subquery, from, proved));
        }

        return statements;
    }

    // A statement counts when the engine took it with at least one set of rows.
    private static FuzzResult Count(int seed, FuzzSchema schema, List<Tried> statements, Func<Tried, List<string>> codes, string two)
    {
        bool Taken(Tried statement) => codes(statement).Exists(code => code is "ok" or "0" or "1" || code == two);
        var taken = statements.Where(Taken).ToList();
        var misses = taken.Where(statement => statement.Proved && codes(statement).Contains(two)).Select(statement => $"seed {seed}: proved, but gave two rows:\n{schema.Ddl}\n{statement.Text};");
        return new FuzzResult(1, taken.Count, taken.Count(statement => statement.Proved), taken.Count(statement => !codes(statement).Contains(two)), [.. misses]);
    }
}
