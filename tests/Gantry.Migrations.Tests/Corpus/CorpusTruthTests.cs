using Gantry.Migrations.Check.Measuring;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Tests.Postgres;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Gantry.Migrations.Tests.Corpus;

/// <summary>The labels are true: every entry is run on a real engine, over rows that make a wrong one fail.</summary>
public sealed class CorpusTruthTests(PostgresServer postgres)
{
    private const string ManyRows = "scalar-subquery-may-return-many";
    private const string CardinalityViolation = "21000";

    [Fact]
    public async Task Corpus_OnPostgres_FailsExactlyWhereItsLabelsSay()
    {
        var corpus = CorpusFiles.Read();
        await using var connection = (NpgsqlConnection)DatabaseAddress.Parse(await (await postgres.ClusterAsync()).CreateDatabaseAsync()).Connect();
        await connection.OpenAsync();
        var wrong = new List<string>();
        foreach (var entry in corpus.Entries.Where(entry => entry.Dialects.Contains(Dialect.Postgres) && entry.NotRun is null))
        {
            var expected = entry.Fails ?? (entry.Errors.Contains(ManyRows) ? CardinalityViolation : null);
            var actual = await RunAsync(connection, corpus, entry);
            if (actual.Code != expected)
                wrong.Add($"{entry.Id}: expected {expected ?? "no error"}, was {actual.Code ?? "no error"} {actual.Message}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Corpus_OnSqlite_IsAcceptedByTheEngine()
    {
        var corpus = CorpusFiles.Read();
        var wrong = new List<string>();
        foreach (var entry in corpus.Entries.Where(entry => entry.Dialects.Contains(Dialect.Sqlite) && entry.NotRun is null))
        {
            using var connection = new SqliteConnection("Data Source=:memory:;Foreign Keys=False");
            connection.Open();
            Execute(connection, Given(corpus, entry));
            var message = "";
            try
            {
                Execute(connection, entry.Migration);
                Execute(connection, entry.Then);
            }
            catch (SqliteException error)
            {
                message = error.Message;
            }

            if (message.Length > 0 != entry.Fails is not null)
                wrong.Add($"{entry.Id}: {(message.Length > 0 ? message : "no error, and one was expected")}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Each entry in a transaction that is rolled back: a database of its own for each would take minutes.</summary>
    private static async Task<(string? Code, string Message)> RunAsync(NpgsqlConnection connection, CorpusFolder corpus, CorpusEntry entry)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, Given(corpus, entry));
        try
        {
            await ExecuteAsync(connection, entry.Migration);
            await ExecuteAsync(connection, entry.Then);
            return (null, "");
        }
        catch (PostgresException error)
        {
            return (error.SqlState, error.MessageText);
        }
        finally
        {
            await transaction.RollbackAsync();
        }
    }

    private static string Given(CorpusFolder corpus, CorpusEntry entry) =>
        (entry.Schema is { } schema ? corpus.SchemaText(schema) + "\n" + corpus.DataText(schema) + "\n" : "") + entry.Given;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (!string.IsNullOrWhiteSpace(sql))
            command.ExecuteNonQuery();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        if (string.IsNullOrWhiteSpace(sql))
            return;
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await command.ExecuteNonQueryAsync();
    }
}
