using System.CommandLine;
using Gantry.Cli.Databases;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db down</c>: goes back one migration.</summary>
internal static class DownCommand
{
    public static Command Build(Invocation invocation, DatabaseOptions options)
    {
        var yes = Shared.Yes();
        var json = Shared.Json("Output in JSON format");
        var command = new Command("down", "Go back one migration, in one transaction, after the same checks") { yes, json };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db down
              gantry db down --database shop.db --migrations migrations/ -y

            A migration that is declared irreversible, or has no down.sql, is refused: restore a backup.
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = options.Address(invocation, parsed);
            var set = options.OwnLayout(invocation, parsed, address.Dialect);
            options.RequireNoServer(invocation, parsed);
            var progress = new UpgradeProgress(invocation.Terminal, quiet: parsed.GetValue(json));
            var upgrader = new Upgrader(address, set, new UpgradeOptions { Command = options.CommandLine(invocation, parsed, "down") }, progress, invocation.Time);
            var status = await upgrader.StatusAsync(cancellation);
            var last = status.Running?.Migration ?? (status.Revision > 0 ? set.Migrations[status.Revision - 1].FullName : null);
            if (last is not null && !Shared.Confirmed(invocation, parsed.GetValue(yes), $"Undo {last} of {address}?"))
                return ExitCodes.Declined;

            var undone = await upgrader.DownAsync(cancellation);
            invocation.Terminal.Print(
                parsed.GetValue(json) ? UpgradeJson.OfDown(address, undone?.FullName)
                : undone is null ? $"{address} is before its first migration: nothing to undo."
                : $"{address}: {undone} is undone.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
