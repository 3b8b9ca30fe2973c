using Gantry.Cli.Output;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Databases;

/// <summary>What an upgrade would do, to be read before it does.</summary>
internal static class PlanText
{
    public static void Print(Terminal terminal, DatabaseAddress address, UpgradePlan plan)
    {
        terminal.Print(plan.Migrations.Count == 0
            ? $"{address} is at revision {plan.From:D4}: nothing would be done."
            : $"{address} would go from revision {plan.From:D4} to {plan.To:D4}. Nothing was changed.");
        foreach (var migration in plan.Migrations)
        {
            terminal.Print();
            terminal.Print(terminal.Paint(migration.Migration.FullName, Style.Bold) + (migration.InOneTransaction ? ", in one transaction" : ", in a chain of short transactions"));
            foreach (var step in migration.Steps)
            {
                if (migration.Steps.Count > 1)
                    terminal.Print($"  step {step.Step.Number}: {step.Step.Kind.ToString().ToLowerInvariant()}"
                        + (step.Step.Backfill is { } range ? $" of {range.Table} by {range.Key}, {range.BatchSize} rows at a time" : ""));
                foreach (var statement in step.Statements)
                    foreach (var line in statement.Split('\n'))
                        terminal.Print("    " + line.TrimEnd());
            }
        }
    }
}
