using System.CommandLine;
using System.Globalization;
using Gantry.Cli.Databases;
using Gantry.Cli.Output;
using Gantry.Migrations.Check;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db upgrade</c>: applies what is pending, all or nothing.</summary>
internal static class UpgradeCommand
{
    public static Command Build(Invocation invocation, DatabaseOptions options)
    {
        var to = new Option<int?>("--to") { Description = "The revision to reach. Defaults to the last", HelpName = "N" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, statement by statement, and change nothing" };
        var noCheck = new Option<bool>("--no-check") { Description = "Apply although `gantry db check` finds errors" };
        var noBackup = new Option<bool>("--no-backup") { Description = "Do not copy a SQLite database aside first" };
        var retry = new Option<int?>("--retry-for") { Description = "Seconds to try again when others hold a lock or the connection is lost. Defaults to 60", HelpName = "SECONDS" };
        var json = Shared.Json("Output in JSON format: what was done, or the report of the failure");
        var command = new Command("upgrade", "Apply what is pending: all or nothing, resumable after a kill, undone by itself after a failure")
        {
            to, dryRun, noCheck, noBackup, retry, json,
        };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db upgrade --dry-run
              gantry db upgrade --database shop.db --migrations migrations/
              GANTRY_DB=postgres://me:secret@db/shop gantry db upgrade --migrations migrations/ --to 12

            A failure leaves the database at its last good revision. The report says what failed and why, which rows show it, what was and was not
            committed, and what to do next; the same as JSON lies in gantry-upgrade-report.json. docs/upgrades.md lists the exit statuses.
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = options.Address(invocation, parsed);
            var set = options.OwnLayout(invocation, parsed, address.Dialect);
            if (!parsed.GetValue(dryRun))
                options.RequireNoServer(invocation, parsed);
            var upgrade = new UpgradeOptions
            {
                Backup = !parsed.GetValue(noBackup),
                Check = parsed.GetValue(noCheck) ? null : CheckBeforeUpgrade.Of(set),
                Command = options.CommandLine(invocation, parsed, "upgrade"),
            };
            if (parsed.GetValue(retry) is { } seconds)
                upgrade = upgrade with { RetryFor = TimeSpan.FromSeconds(seconds) };

            var progress = new UpgradeProgress(invocation.Terminal, quiet: parsed.GetValue(json));
            var result = await new Upgrader(address, set, upgrade, progress, invocation.Time).UpgradeAsync(parsed.GetValue(to), parsed.GetValue(dryRun), cancellation);
            if (parsed.GetValue(json))
                invocation.Terminal.Print(UpgradeJson.Of(address, result));
            else if (result.Plan is { } plan)
                PlanText.Print(invocation.Terminal, address, plan);
            else
                invocation.Terminal.Print(result.Applied.Count == 0
                    ? $"{address} is at revision {Revision(result.To)}: nothing to do."
                    : $"{address} is at revision {Revision(result.To)}: {Words.Of(result.Applied.Count, "migration")} applied.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Revision(int revision) => revision.ToString("D4", CultureInfo.InvariantCulture);
}
