using System.Diagnostics;
using System.Globalization;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Upgrade;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>
/// SQLite in memory: one database that holds the state without rows, and one to work on, which is overwritten by the first page by page for every
/// trial. Nothing of it ever reaches a disk.
/// </summary>
internal sealed class SqliteScratch : IScratch
{
    private const int MostTogether = 64;

    private readonly SqliteSession _base = Open();
    private readonly SqliteSession _session = Open();
    private readonly SqliteColumnDrops _drops = new();
    private readonly ReadScripts _statements = new(Dialect.Sqlite);

    public Dialect Dialect => Dialect.Sqlite;

    private SqliteConnection Work => _session.Sqlite;

    private sqlite3 Handle => Work.Handle!;

    public Task<PostgresTypes> TypesAsync(CancellationToken cancellationToken) => Task.FromResult(PostgresTypes.None);

    public async Task<bool> HasTriggersAsync(CancellationToken cancellationToken) =>
        (await LiveSchema.QueryAsync(Work, "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' LIMIT 1", row => row.GetInt32(0), cancellationToken)).Count > 0;

    public Task<DatabaseSchema> SchemaAsync(CancellationToken cancellationToken) => LiveSchema.ReadAsync(Work, Dialect.Sqlite, cancellationToken);

    public Task<SchemaObjects> ObjectsAsync(CancellationToken cancellationToken) => SchemaObjects.ReadAsync(Work, Dialect.Sqlite, cancellationToken);

    public Task StartFromAsync(string ddl, CancellationToken cancellationToken)
    {
        if (raw.sqlite3_exec(_base.Sqlite.Handle!, ddl) != raw.SQLITE_OK)
            throw new RehearsalException($"SQLite does not take this schema: {raw.sqlite3_errmsg(_base.Sqlite.Handle!).utf8_to_string()}. Nothing was changed.");
        return Task.CompletedTask;
    }

    public Task ResetAsync(CancellationToken cancellationToken)
    {
        if (raw.sqlite3_get_autocommit(Handle) == 0)
            raw.sqlite3_exec(Handle, "ROLLBACK");
        _base.Sqlite.BackupDatabase(Work);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<RefusedRow>> LoadAsync(RowLoad load, CancellationToken cancellationToken)
    {
        var refused = new List<RefusedRow>();
        Execute("BEGIN");
        for (var at = 0; at < load.Rows.Count;)
        {
            var together = load.Rows.Skip(at).TakeWhile(row => row.Table == load.Rows[at].Table).Take(MostTogether).ToList();
            Insert(load, together, refused);
            at += together.Count;
        }
        Execute("COMMIT");
        return Task.FromResult<IReadOnlyList<RefusedRow>>(refused);
    }

    public Task<string?> TryAsync(RowLoad one, bool keep, CancellationToken cancellationToken)
    {
        Execute("SAVEPOINT one");
        var why = Insert(one, one.Rows[0]);
        if (!keep || why is not null)
            Execute("ROLLBACK TO one");
        Execute("RELEASE one");
        return Task.FromResult(why);
    }

    public async Task<IReadOnlyList<int>?> AskAsync(string query, CancellationToken cancellationToken)
    {
        try
        {
            return await LiveSchema.QueryAsync(Work, query, row => row.GetInt32(0), cancellationToken);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    public async Task<ScriptOutcome> RunAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        var changes = raw.sqlite3_total_changes(Handle);
        var clock = Stopwatch.StartNew();
        Execute("PRAGMA foreign_keys = OFF");
        Execute($"PRAGMA reverse_unordered_selects = {(run.Reversed ? "ON" : "OFF")}");
        raw.sqlite3_progress_handler(Handle, 10_000, _ => cancellationToken.IsCancellationRequested ? 1 : 0, null);
        try
        {
            Execute("BEGIN IMMEDIATE");
            var failure = await RunAllAsync(_statements.Of(run.Script).Take(run.Statements).ToList(), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is null && raw.sqlite3_exec(Handle, "COMMIT") != raw.SQLITE_OK)
                failure = new ScriptFailure(false, 0, 1, 1, "COMMIT", Code(), Words());
            return new ScriptOutcome(failure, raw.sqlite3_total_changes(Handle) - changes, clock.Elapsed);
        }
        finally
        {
            raw.sqlite3_progress_handler(Handle, 0, null, null);
            raw.sqlite3_exec(Handle, "PRAGMA reverse_unordered_selects = OFF");
        }
    }

    public Task<bool> CommitLabelsAsync(MigrationScript script, CancellationToken cancellationToken) => Task.FromResult(false);

    public async Task<ScriptOutcome> AdvanceAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        await ResetAsync(cancellationToken);
        var outcome = await RunAsync(run, cancellationToken);
        if (outcome.Failure is null)
            Work.BackupDatabase(_base.Sqlite);
        return outcome;
    }

    public Task<Contents> ReadAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, TableContents>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables)
            read[table] = Read(table);
        return Task.FromResult(new Contents(read));
    }

    public async Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken) =>
        await LiveSchema.QueryAsync(Work, """SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2""",
            row => string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(2)} rows of {row.GetString(0)} point to rows of {row.GetString(1)} that do not exist"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _base.DisposeAsync();
    }

    /// <summary>Rows of one table in one statement, which is planned once. Of those that are refused together each half is tried, down to the rows that it was for.</summary>
    private void Insert(RowLoad load, List<Row> rows, List<RefusedRow> refused)
    {
        var table = load.Model.Tables[rows[0].Table];
        if (rows.Count == 1 || table.Columns.Count == 0 || load.Assumptions.Any(assumption => assumption.Table.Equals(table.Name, StringComparison.OrdinalIgnoreCase)))
            refused.AddRange(rows.Select(row => (Row: row, Why: Insert(load, row))).Where(one => one.Why is not null).Select(one => new RefusedRow(one.Row, one.Why!)));
        else if (raw.sqlite3_exec(Handle, ScenarioSql.Insert(load.Model, rows, Dialect.Sqlite)) != raw.SQLITE_OK)
        {
            Insert(load, rows[..(rows.Count / 2)], refused);
            Insert(load, rows[(rows.Count / 2)..], refused);
        }
    }

    private string? Insert(RowLoad load, Row row)
    {
        if (raw.sqlite3_exec(Handle, ScenarioSql.Insert(load.Model, row, Dialect.Sqlite, full: true)) != raw.SQLITE_OK)
            return Words();
        var table = load.Model.Tables[row.Table].Name;
        foreach (var assumption in load.Assumptions)
            if (assumption.Table.Equals(table, StringComparison.OrdinalIgnoreCase)
                && raw.sqlite3_exec(Handle, $"DELETE FROM {SqlName.Table(table, Dialect.Sqlite)} WHERE NOT ({assumption.Condition})") == raw.SQLITE_OK && raw.sqlite3_changes(Handle) > 0)
                return $"assumed: {assumption.Condition}";
        return null;
    }

    private async Task<ScriptFailure?> RunAllAsync(List<ScriptStatement> statements, CancellationToken cancellationToken)
    {
        for (var at = 0; at < statements.Count; at++)
            if (await TryRunTogetherAsync(statements, at, cancellationToken) is > 0 and var together)
                at += together - 1;
            else if (await RunAsync(statements[at], cancellationToken) is { } failure)
                return failure;
        return null;
    }

    // As the upgrader does it, too.
    private async Task<int> TryRunTogetherAsync(List<ScriptStatement> statements, int at, CancellationToken cancellationToken) =>
        !statements[at].Statement.StartsWith("ALTER", "TABLE") || statements[at].Step.Kind is StepKind.Backfill or StepKind.Verify ? 0
        : (await _drops.TryRunAsync(_session, [.. statements.Skip(at).TakeWhile(other => other.Step == statements[at].Step).Select(other => other.Statement)], 0, cancellationToken)).Statements;

    private async Task<ScriptFailure?> RunAsync(ScriptStatement statement, CancellationToken cancellationToken)
    {
        if (statement.Step.Kind == StepKind.Backfill)
            return await BackfillAsync(statement, cancellationToken);
        try
        {
            // What SQLite's ALTER TABLE does not know, the upgrader does for it.
            if (await SqliteRebuild.TryRunAsync(_session, statement.Statement, cancellationToken) is not null)
                return null;
        }
        catch (SqliteException error)
        {
            return statement.Failed(error.SqliteExtendedErrorCode.ToString(CultureInfo.InvariantCulture), error.Message);
        }
        return Run(statement, statement.TextInTransaction);
    }

    private async Task<ScriptFailure?> BackfillAsync(ScriptStatement statement, CancellationToken cancellationToken)
    {
        List<string> keys;
        try
        {
            keys = await LiveSchema.QueryAsync(Work, BackfillBatches.Keys(statement, Dialect.Sqlite), row => row.GetString(0), cancellationToken);
        }
        catch (SqliteException error)
        {
            return statement.Failed(error.SqliteExtendedErrorCode.ToString(CultureInfo.InvariantCulture), error.Message);
        }
        var batches = BackfillBatches.Statements(statement, keys, out var why);
        return why is not null ? statement.Failed("", "it cannot be run in batches: " + why)
            : batches.Select(batch => Run(statement, batch)).FirstOrDefault(failure => failure is not null);
    }

    private ScriptFailure? Run(ScriptStatement statement, string rest)
    {
        while (rest.Length > 0)
        {
            var code = raw.sqlite3_prepare_v2(Handle, rest, out var prepared, out var tail);
            using (prepared)
            {
                if (code != raw.SQLITE_OK)
                    return statement.Failed(Code(), Words());
                if (!prepared.IsInvalid)
                {
                    code = raw.sqlite3_step(prepared);
                    if (code == raw.SQLITE_ROW && statement.Step.Kind == StepKind.Verify)
                        return statement.Failed("", "the query returns rows, and must return none", verify: true);
                    while (code == raw.SQLITE_ROW)
                        code = raw.sqlite3_step(prepared);
                    if (code != raw.SQLITE_DONE)
                        return statement.Failed(Code(), Words());
                }
            }
            rest = tail;
        }
        return null;
    }

    private TableContents Read(string table)
    {
        using var command = Work.CreateCommand();
        command.CommandText = $"SELECT * FROM {SqlName.Table(table, Dialect.Sqlite)}";
        using var reader = command.ExecuteReader();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<string?[]>();
        while (reader.Read())
        {
            var row = new string?[columns.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = SqliteCell.Text(reader.GetValue(i));
            rows.Add(row);
        }
        return new TableContents(table, columns, rows);
    }

    private string Code() => raw.sqlite3_extended_errcode(Handle).ToString(CultureInfo.InvariantCulture);

    private string Words() => raw.sqlite3_errmsg(Handle).utf8_to_string();

    private void Execute(string sql)
    {
        if (raw.sqlite3_exec(Handle, sql) != raw.SQLITE_OK)
            throw new SqliteException(Words(), raw.sqlite3_errcode(Handle));
    }

    private static SqliteSession Open() => SqliteSession.Open(DatabaseAddress.OfFile(":memory:"));
}
