using System.CommandLine;
using System.Globalization;
using Gantry.Cli.Databases;
using Gantry.Cli.Output;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db status</c>: where a database is, and what is to be done.</summary>
internal static class StatusCommand
{
    public static Command Build(Invocation invocation, DatabaseOptions options)
    {
        var json = Shared.Json("Output in JSON format");
        var command = new Command("status", "Show the revision, what is pending, and a backfill that runs. Changes nothing") { json };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db status
              gantry db status --database shop.db --migrations migrations/ --json
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = options.Address(invocation, parsed);
            var set = options.OwnLayout(invocation, parsed, address.Dialect);
            var status = await new Upgrader(address, set, null, null, invocation.Time).StatusAsync(cancellation);
            if (parsed.GetValue(json))
                invocation.Terminal.Print(UpgradeJson.Of(address, status));
            else
                Print(invocation.Terminal, address, status, invocation.Now);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Terminal terminal, DatabaseAddress address, UpgradeStatus status, DateTimeOffset now)
    {
        var lines = new Table("", "");
        void Line(string name, string value, Style style = Style.Plain) => lines.Add((name, Style.Dim), (value, style));

        Line("database", address.Display);
        Line("revision", status.Revision.ToString("D4", CultureInfo.InvariantCulture));
        Line("pending", status.Pending.Count == 0 ? "none" : status.Pending[0].FullName, status.Pending.Count == 0 ? Style.Good : Style.Busy);
        foreach (var migration in status.Pending.Skip(1))
            Line("", migration.FullName, Style.Busy);
        if (status.Running is { } running)
            Line("begun", $"{running.Migration}, step {running.Step} of {running.Steps}"
                + (running.RowsTotal > 0 ? string.Create(CultureInfo.InvariantCulture, $", {running.RowsDone:N0} of about {running.RowsTotal:N0} rows") : "")
                + $", {Words.Ago(running.StartedAt, now)}");
        if (status.Holder is { } holder)
            Line("upgrading", holder);
        lines.Print(terminal);
    }
}
