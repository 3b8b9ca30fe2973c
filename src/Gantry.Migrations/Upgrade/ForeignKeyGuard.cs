using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Sees to it that a SQLite transaction does not commit rows that point nowhere. PostgreSQL does so by itself. Looking at all rows of a large database takes
/// seconds, with its write lock held: not done for statements that cannot break anything.
/// </summary>
internal sealed class ForeignKeyGuard
{
    private readonly SqliteSession? _session;
    private readonly Dictionary<(string Child, string Parent), long> _before;

    private ForeignKeyGuard(SqliteSession? session, Dictionary<(string Child, string Parent), long> before) => (_session, _before) = (session, before);

    /// <summary>Remembers what is broken now.</summary>
    /// <param name="session">In the transaction.</param>
    /// <param name="statements">That will be run in it.</param>
    public static ForeignKeyGuard Start(EngineSession session, IEnumerable<StatementText> statements) =>
        session is SqliteSession sqlite && !statements.All(Harmless)
            ? new ForeignKeyGuard(sqlite, SqliteForeignKeys.CountBroken(sqlite.Sqlite)) : new ForeignKeyGuard(null, []);

    /// <exception cref="StepFailedException">More is broken than before.</exception>
    public async Task RefuseAsync(Migration migration, CancellationToken cancellationToken)
    {
        if (_session is null || SqliteForeignKeys.NewlyBroken(_session.Sqlite, _before) is not var (child, parent, count))
            return;
        var query = $"SELECT c.* FROM pragma_foreign_key_check({Text(child)}) k JOIN {Diagnosis.Quoted(child)} c ON c.rowid = k.rowid WHERE k.parent = {Text(parent)}";
        throw new StepFailedException(new StepFailure(migration, MigrationFailure.ForeignKeysBroken,
            $"after {migration}, {count} rows of {child} would point to rows of {parent} that do not exist.")
        { Rows = await Diagnosis.RowsAsync(_session, [($"of {child} whose {parent} is missing", query)], cancellationToken) });
    }

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static bool Harmless(StatementText statement) =>
        statement.Verb is "SELECT" or "CREATE" && !statement.StartsWith("CREATE", "TABLE")
        || statement.StartsWith("CREATE", "TABLE") && !statement.Tokens.Any(token => token.Is("AS"))
        || statement.StartsWith("DROP", "INDEX")
        || statement.StartsWith("DROP", "VIEW")
        || statement.StartsWith("DROP", "TRIGGER")
        || statement.StartsWith("ALTER", "TABLE") && statement.Tokens.Any(token => token.Is("ADD")) && !statement.Tokens.Any(token => token.Is("CONSTRAINT") || token.Is("FOREIGN"));
}
