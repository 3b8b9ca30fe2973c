using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// Lets the upgrader run migrations of another tool on a copy: their own BEGIN and COMMIT are blanked, so that a line is still the line that the file has, and
/// what is applied already is written down in the copy as the upgrader would have.
/// </summary>
internal static class OtherToolsScripts
{
    public static MigrationSet WithoutTransactions(MigrationSet set, Dialect dialect) => set.Layout == MigrationLayout.Gantry ? set : set with
    {
        Migrations = [.. set.Migrations.Select(migration => migration with { Up = Blanked(migration.Up, dialect), Down = Blanked(migration.Down, dialect) })],
    };

    public static async Task RememberAsync(DatabaseAddress copy, IEnumerable<Migration> applied, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var session = await EngineSession.OpenAsync(copy, TimeSpan.FromSeconds(5), cancellationToken);
        await session.BeginAsync(TransactionKind.Whole, cancellationToken);
        foreach (var migration in applied)
            await MigrationTables.AddAsync(session, migration, time.GetUtcNow(), cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private static Dictionary<Dialect, MigrationScript> Blanked(IReadOnlyDictionary<Dialect, MigrationScript> scripts, Dialect dialect) =>
        scripts.Where(script => script.Key == dialect).ToDictionary(script => script.Key, script => Blanked(script.Value, dialect));

    private static MigrationScript Blanked(MigrationScript script, Dialect dialect)
    {
        var kept = ScriptStatement.Of(script, dialect).Select(statement => statement.Statement.Span).ToHashSet();
        var text = script.Source.Text.ToCharArray();
        foreach (var statement in script.Steps.SelectMany(step => StatementSplitter.Split(script.Source, step.Span, dialect)).Where(statement => !kept.Contains(statement.Span)))
            for (var i = statement.Span.Start; i < statement.Span.End; i++)
                if (text[i] != '\n')
                    text[i] = ' ';
        return script with { Source = script.Source with { Text = new string(text) } };
    }
}
