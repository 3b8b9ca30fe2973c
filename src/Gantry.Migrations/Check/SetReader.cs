using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Parsing;

namespace Gantry.Migrations.Check;

/// <summary>Reads all statements of all migrations and gives each its place: step, transaction, schema.</summary>
internal static class SetReader
{
    public static CheckedSet Read(MigrationSet set, DatabaseSchema start, Dialect dialect, CheckOptions options)
    {
        var scripts = new List<CheckedScript>();
        var schema = start;
        foreach (var migration in set.Migrations)
        {
            if (migration.Up.TryGetValue(dialect, out var up))
            {
                scripts.Add(Read(set, migration, up, schema, dialect, forward: true));
                schema = scripts[^1].After;
            }
            // The way back meets the schema that the way forward leaves, and is not gone in this walk.
            if (migration.Down.TryGetValue(dialect, out var down))
                scripts.Add(Read(set, migration, down, schema, dialect, forward: false));
        }
        return new CheckedSet(set, dialect, options) { Scripts = scripts, Final = schema };
    }

    private static CheckedScript Read(MigrationSet set, Migration migration, MigrationScript script, DatabaseSchema before, Dialect dialect, bool forward)
    {
        var statements = new List<CheckedStatement>();
        var schema = before;
        var transactions = new TransactionCount(set.Layout);
        foreach (var step in script.Steps)
        {
            transactions.Enter(step);
            foreach (var statement in SqlParser.ReadScript(script.Source, step.Span, dialect))
            {
                var (number, inside) = transactions.Take(statement, step);
                statements.Add(new CheckedStatement
                {
                    Statement = statement,
                    Step = step,
                    Before = schema,
                    Transaction = number,
                    InTransaction = inside,
                    Forward = forward,
                    Migration = migration,
                    BeforeScript = before,
                });
                schema = DdlSchema.Apply(schema, statement);
            }
        }

        return new CheckedScript
        {
            Migration = migration,
            Layout = set.Layout,
            Dialect = dialect,
            Script = script,
            Forward = forward,
            Before = before,
            After = schema,
            Statements = statements,
        };
    }
}
