using System.Diagnostics;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Npgsql;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>
/// A scratch database on a PostgreSQL server. Each trial is one transaction that is rolled back: a hundred times quicker than a database for each.
/// What a commit would have checked is asked for in its place (<c>SET CONSTRAINTS ALL IMMEDIATE</c>).
/// </summary>
internal sealed class PostgresScratch : IScratch
{
    private readonly NpgsqlConnection _connection;
    private readonly ReadScripts _statements = new(Dialect.Postgres);

    // Sent along with the next command: a round trip less for each trial.
    private string _pending = "";
    private bool _inTransaction;
    private bool _defers;

    // Labels of enums that a script adds are there already.
    private bool _labelsThere;

    private PostgresScratch(NpgsqlConnection connection) => _connection = connection;

    public static async Task<PostgresScratch> OpenAsync(DatabaseAddress address, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(address.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var scratch = new PostgresScratch(connection);
            await scratch.ExecuteAsync("SET synchronous_commit = off; SET TimeZone = 'UTC'; SET jit = off; SET client_min_messages = error; SET DateStyle = 'ISO'; SET application_name = 'gantry rehearsal'", cancellationToken);
            return scratch;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Dialect Dialect => Dialect.Postgres;

    // Deferred foreign keys and keys are asked for at once, as a commit would ask. Afterwards those wait again that their declarations make wait, and no others:
    // what is INITIALLY IMMEDIATE is asked for at the end of every statement.
    private const string AsCommitWould = """
        DO $gantry$ DECLARE c text; BEGIN
          SET CONSTRAINTS ALL IMMEDIATE;
          FOR c IN SELECT format('%I.%I', n.nspname, k.conname) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.condeferred LOOP
            EXECUTE 'SET CONSTRAINTS ' || c || ' DEFERRED';
          END LOOP;
        END $gantry$
        """;

    private string Checked => _defers ? AsCommitWould + ";" : "";

    public async Task<PostgresTypes> TypesAsync(CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        _defers = (await LiveSchema.QueryAsync(_connection, "SELECT 1 FROM pg_constraint WHERE condeferrable LIMIT 1", row => 1, cancellationToken)).Count > 0;
        var labels = await LiveSchema.QueryAsync(_connection,
            "SELECT format_type(t.oid, NULL), array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid",
            row => (row.GetString(0), row.GetFieldValue<string[]>(1)), cancellationToken);
        var bases = await LiveSchema.QueryAsync(_connection,
            "SELECT format_type(oid, NULL), format_type(typbasetype, typtypmod) FROM pg_type WHERE typtype = 'd' AND typnamespace <> 'information_schema'::regnamespace",
            row => (row.GetString(0), row.GetString(1)), cancellationToken);
        return new PostgresTypes(
            labels.ToDictionary(row => row.Item1, row => (IReadOnlyList<string>)row.Item2), bases.ToDictionary(row => row.Item1, row => row.Item2));
    }

    public async Task<bool> HasTriggersAsync(CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        return (await LiveSchema.QueryAsync(_connection, "SELECT 1 FROM pg_trigger WHERE NOT tgisinternal LIMIT 1", row => row.GetInt32(0), cancellationToken)).Count > 0;
    }

    public async Task<DatabaseSchema> SchemaAsync(CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        return await LiveSchema.ReadAsync(_connection, Dialect.Postgres, cancellationToken);
    }

    public async Task<SchemaObjects> ObjectsAsync(CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        return await SchemaObjects.ReadAsync(_connection, Dialect.Postgres, cancellationToken);
    }

    public async Task StartFromAsync(string ddl, CancellationToken cancellationToken)
    {
        try
        {
            // Statement by statement: what pg_dump prints holds lines for psql, and settings that are for its session alone.
            foreach (var statement in StatementSplitter.Split(new SourceText("schema", ddl), Dialect.Postgres).Where(statement => !statement.IsMetaCommand && statement.Verb != "SET"))
                await ExecuteAsync(PostgresText.AsOne(statement.Text), cancellationToken);
            await ExecuteAsync("RESET search_path", cancellationToken);
        }
        catch (PostgresException error)
        {
            throw new RehearsalException($"PostgreSQL does not take this schema: {error.MessageText}. Nothing was changed.", error);
        }
    }

    public Task ResetAsync(CancellationToken cancellationToken)
    {
        _pending = _inTransaction ? "ROLLBACK; BEGIN;" : "BEGIN;";
        _inTransaction = true;
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<RefusedRow>> LoadAsync(RowLoad load, CancellationToken cancellationToken)
    {
        if (load.Rows.Count == 0)
            return [];
        var sequences = PostgresLoad.Sequences(load.Model);
        try
        {
            await ExecuteAsync($"SAVEPOINT load; {PostgresLoad.Statement(load, load.Rows)}; {sequences}{Checked}", cancellationToken);
            if (await MeetsAssumptionsAsync(load, cancellationToken))
                return [];
        }
        catch (PostgresException)
        {
            // One of the rows is refused: which one, they are asked one by one.
        }
        await ExecuteAsync("ROLLBACK TO load; RELEASE load", cancellationToken);
        var refused = new List<RefusedRow>();
        foreach (var row in load.Rows)
            if (await TryAsync(load with { Rows = [row] }, keep: true, cancellationToken) is { } why)
                refused.Add(new RefusedRow(row, why));
        await ExecuteAsync(sequences + "SELECT 1", cancellationToken);
        return refused;
    }

    public async Task<string?> TryAsync(RowLoad one, bool keep, CancellationToken cancellationToken)
    {
        var forget = !keep && one.Assumptions.Count == 0;
        try
        {
            await ExecuteAsync($"SAVEPOINT one; {PostgresLoad.Statement(one, one.Rows)}; {Checked}{(forget ? "ROLLBACK TO one; RELEASE one" : "")}", cancellationToken);
            if (forget)
                return null;
            var meets = await MeetsAssumptionsAsync(one, cancellationToken);
            await ExecuteAsync(keep && meets ? "RELEASE one" : "ROLLBACK TO one; RELEASE one", cancellationToken);
            return meets ? null : "assumed otherwise";
        }
        catch (PostgresException error)
        {
            await ExecuteAsync("ROLLBACK TO one; RELEASE one", cancellationToken);
            return error.MessageText;
        }
    }

    public async Task<IReadOnlyList<int>?> AskAsync(string query, CancellationToken cancellationToken)
    {
        await ExecuteAsync("SAVEPOINT ask", cancellationToken);
        try
        {
            var answer = await LiveSchema.QueryAsync(_connection, query, row => row.GetInt32(0), cancellationToken);
            await ExecuteAsync("RELEASE ask", cancellationToken);
            return answer;
        }
        catch (PostgresException)
        {
            await ExecuteAsync("ROLLBACK TO ask; RELEASE ask", cancellationToken);
            return null;
        }
    }

    public async Task<ScriptOutcome> RunAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        var statements = _statements.Of(run.Script).Take(run.Statements).ToList();
        var clock = Stopwatch.StartNew();
        var (failure, touched) = await RunAllAsync(statements, !run.Script.IsOneTransaction, cancellationToken);
        if (failure is null && (_defers || run.Script.Source.Text.Contains("DEFERR", StringComparison.OrdinalIgnoreCase)))
            try
            {
                await ExecuteAsync(AsCommitWould, cancellationToken);
            }
            catch (PostgresException error) when (statements.Count > 0)
            {
                failure = Failed(statements[^1], error);
            }
        return new ScriptOutcome(failure, touched, clock.Elapsed);
    }

    public async Task<bool> CommitLabelsAsync(MigrationScript script, CancellationToken cancellationToken)
    {
        var labels = _statements.Of(script).Where(statement => statement.AddsLabel).ToList();
        if (labels.Count == 0)
            return false;
        await ResetAsync(cancellationToken);
        try
        {
            await ExecuteAsync(string.Join(";\n", labels.Select(statement => statement.TextWithLabelThere)) + "; COMMIT", cancellationToken);
            _labelsThere = true;
        }
        catch (PostgresException)
        {
            // A type that the script itself makes: its labels are free to use at once.
            await ExecuteAsync("ROLLBACK", cancellationToken);
        }
        _inTransaction = false;
        await ResetAsync(cancellationToken);
        return _labelsThere;
    }

    public async Task<ScriptOutcome> AdvanceAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        await ResetAsync(cancellationToken);
        var statements = _statements.Of(run.Script).ToList();
        var outcome = statements.Exists(statement => statement.IsConcurrent) ? await OutsideAsync(statements, cancellationToken) : await RunAsync(run, cancellationToken);
        await ExecuteAsync(outcome.Failure is null ? "COMMIT" : "ROLLBACK", cancellationToken);
        (_inTransaction, _labelsThere) = (false, false);
        return outcome;
    }

    public async Task<Contents> ReadAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, TableContents>(StringComparer.OrdinalIgnoreCase);
        if (tables.Count == 0)
            return new Contents(read);
        await SendPendingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(string.Join(';', tables.Select(table => $"SELECT * FROM {SqlName.Table(table, Dialect.Postgres)}")), _connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        foreach (var table in tables)
        {
            var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
            var rows = new List<string?[]>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new string?[columns.Count];
                for (var i = 0; i < row.Length; i++)
                    row[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
                rows.Add(row);
            }
            read[table] = new TableContents(table, columns, rows);
            await reader.NextResultAsync(cancellationToken);
        }
        return new Contents(read);
    }

    public Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>What is to run CONCURRENTLY does so here, outside a transaction, as it will: not every table and statement can.</summary>
    private async Task<ScriptOutcome> OutsideAsync(List<ScriptStatement> statements, CancellationToken cancellationToken)
    {
        await SendPendingAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        ScriptFailure? failure = null;
        for (var at = 0; at < statements.Count && failure is null;)
        {
            var inside = statements.Skip(at).TakeWhile(statement => !statement.IsConcurrent).ToList();
            if (inside.Count > 0)
                (failure, _) = await RunAllAsync(inside, chain: true, cancellationToken);
            else
            {
                await ExecuteAsync("COMMIT", cancellationToken);
                (failure, _) = await BatchAsync([(statements[at], statements[at].Statement.Text)], cancellationToken);
                await ExecuteAsync("BEGIN", cancellationToken);
            }
            at += Math.Max(inside.Count, 1);
        }
        return new ScriptOutcome(failure, 0, clock.Elapsed);
    }

    private async Task<(ScriptFailure? Failure, long Touched)> RunAllAsync(List<ScriptStatement> statements, bool chain, CancellationToken cancellationToken)
    {
        var touched = 0L;
        for (var at = 0; at < statements.Count;)
        {
            if (statements[at].Step.Kind == StepKind.Verify)
            {
                if (await VerifyAsync(statements[at++], cancellationToken) is { } broken)
                    return (broken, touched);
                continue;
            }
            var together = statements.Skip(at).TakeWhile(statement => statement.Step.Kind is not (StepKind.Verify or StepKind.Backfill) && (!chain || statement.Step == statements[at].Step)).ToList();
            var (failure, rows) = together.Count > 0 ? await BatchAsync([.. together.Select(statement => (statement, Text(statement)))], cancellationToken)
                : await BackfillAsync(statements[at], cancellationToken);
            touched += rows;
            // Each step of a chain is committed, and its last statement is the one that a deferred constraint refuses.
            if (failure is null && _defers && chain)
                (failure, _) = await BatchAsync([(statements[at + Math.Max(together.Count, 1) - 1], AsCommitWould)], cancellationToken);
            if (failure is not null)
                return (failure, touched);
            at += Math.Max(together.Count, 1);
        }
        return (null, touched);
    }

    private string Text(ScriptStatement statement) => _labelsThere && statement.AddsLabel ? statement.TextWithLabelThere : statement.TextInTransaction;

    private async Task<ScriptFailure?> VerifyAsync(ScriptStatement statement, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand(statement.Statement.Text, _connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? statement.Failed("", "the query returns rows, and must return none", verify: true) : null;
        }
        catch (PostgresException error)
        {
            return Failed(statement, error);
        }
    }

    private async Task<(ScriptFailure? Failure, long Touched)> BackfillAsync(ScriptStatement statement, CancellationToken cancellationToken)
    {
        List<string> keys;
        try
        {
            keys = await LiveSchema.QueryAsync(_connection, BackfillBatches.Keys(statement, Dialect.Postgres), row => row.GetString(0), cancellationToken);
        }
        catch (PostgresException error)
        {
            return (Failed(statement, error), 0);
        }
        var batches = BackfillBatches.Statements(statement, keys, out var why);
        // Each batch is committed, too.
        return why is not null ? (statement.Failed("", "it cannot be run in batches: " + why), 0)
            : batches.Count == 0 ? (null, 0)
            : await BatchAsync([.. batches.SelectMany(batch => _defers ? new[] { batch, AsCommitWould } : [batch]).Select(text => (statement, text))], cancellationToken);
    }

    /// <summary>Many statements in one round trip. The server still takes them one after the other.</summary>
    private async Task<(ScriptFailure? Failure, long Touched)> BatchAsync(List<(ScriptStatement Statement, string Text)> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection);
        foreach (var (_, text) in statements)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PostgresText.AsOne(text)));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return (null, batch.BatchCommands.Cast<NpgsqlBatchCommand>().Sum(command => command.StatementType is StatementType.Insert or StatementType.Update or StatementType.Delete or StatementType.Merge ? (long)command.RecordsAffected : 0L));
        }
        catch (PostgresException error)
        {
            var at = error.BatchCommand is NpgsqlBatchCommand failed ? batch.BatchCommands.IndexOf(failed) : 0;
            return (Failed(statements[Math.Max(at, 0)].Statement, error), 0);
        }
    }

    private static ScriptFailure Failed(ScriptStatement statement, PostgresException error) =>
        statement.Failed(error.SqlState, error.Detail is null ? error.MessageText : $"{error.MessageText} ({error.Detail})");

    private async Task<bool> MeetsAssumptionsAsync(RowLoad load, CancellationToken cancellationToken)
    {
        foreach (var assumption in load.Assumptions)
            if (load.Model.Tables.FirstOrDefault(table => table.Name == assumption.Table) is { } table
                && (await LiveSchema.QueryAsync(_connection, $"SELECT 1 FROM {SqlName.Table(table.Name, Dialect.Postgres)} WHERE NOT ({assumption.Condition}) LIMIT 1", row => 1, cancellationToken)).Count > 0)
                return false;
        return true;
    }

    private Task SendPendingAsync(CancellationToken cancellationToken) => _pending.Length > 0 ? ExecuteAsync("", cancellationToken) : Task.CompletedTask;

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_pending + sql, _connection);
        _pending = "";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
