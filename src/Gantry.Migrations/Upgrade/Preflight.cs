using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>What is looked at before the first change.</summary>
internal static class Preflight
{
    private static readonly Version OldestSqlite = new(3, 40);
    private const int OldestPostgres = 12;

    /// <summary>Refuses migrations that could not be applied, or not be undone if they failed half way. Pure.</summary>
    /// <param name="pending">Those to apply.</param>
    /// <param name="dialect">For which engine.</param>
    public static Refusal? Refuse(IReadOnlyList<Migration> pending, Dialect dialect)
    {
        foreach (var migration in pending)
        {
            if (!migration.Up.TryGetValue(dialect, out var up))
                return new Refusal(MigrationFailure.OtherEngine, migration.FullName,
                    $"{migration} is not written for {dialect}.", $"Write its up.sql, or an {(dialect == Dialect.Sqlite ? "up.sqlite.sql" : "up.postgres.sql")}.");
            if (!up.IsOneTransaction && !migration.Irreversible && !migration.Down.ContainsKey(dialect))
                return new Refusal(MigrationFailure.UndoMissing, migration.FullName,
                    $"{migration} runs in several transactions and has no down.sql: if it failed half way, nothing could undo what was committed.",
                    "Write its down.sql, or declare it -- irreversible.");
            if (up.Steps.Any(step => step.Kind == StepKind.Contract) && migration.Requires is null)
                return new Refusal(MigrationFailure.InvalidFolder, migration.FullName,
                    $"{migration} has a contract step and does not say which revision the oldest running program may be at.",
                    "Add a line such as -- requires: 0012");
        }
        return null;
    }

    /// <summary>Refuses an engine that is too old, and a SQLite file that is damaged.</summary>
    public static async Task<Refusal?> RefuseAsync(EngineSession session, CancellationToken cancellationToken) =>
        session.Dialect == Dialect.Sqlite ? await RefuseSqliteAsync(session, cancellationToken) : RefusePostgres(session);

    private static async Task<Refusal?> RefuseSqliteAsync(EngineSession session, CancellationToken cancellationToken)
    {
        if (await session.ScalarAsync("SELECT sqlite_version()", cancellationToken) is string version && Version.Parse(version) < OldestSqlite)
            return new Refusal(MigrationFailure.EngineTooOld, null, $"This program runs with SQLite {version}; it needs {OldestSqlite} or later.", "Install a later one.");
        return await session.ScalarAsync("PRAGMA quick_check(1)", cancellationToken) is string damage && damage != "ok"
            ? new Refusal(MigrationFailure.Corrupt, null, $"The file is damaged: {damage.ReplaceLineEndings(" ")}.", "Restore a backup.") : null;
    }

    private static Refusal? RefusePostgres(EngineSession session) => ((PostgresSession)session).Version is { Major: < OldestPostgres } version
        ? new Refusal(MigrationFailure.EngineTooOld, null, $"The server is PostgreSQL {version}; this program needs {OldestPostgres} or later.", "Upgrade the server.") : null;
}
