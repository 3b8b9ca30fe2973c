using System.CommandLine;
using Gantry.Cli.Databases;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db</c>: upgrades of a SQLite or PostgreSQL database, Gantry's own or any other.</summary>
internal static class DbCommand
{
    public static Command Build(Invocation invocation)
    {
        var options = new DatabaseOptions();
        var command = new Command("db", "Check, rehearse and apply migrations of a SQLite or PostgreSQL database: Gantry's own, or yours")
        {
            options.Database, options.Migrations,
            CheckCommand.Build(invocation, options), RehearseCommand.Build(invocation, options), UpgradeCommand.Build(invocation, options),
            StatusCommand.Build(invocation, options), DownCommand.Build(invocation, options),
        };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db check migrations/ --schema schema.sql --dialect postgres
              gantry db rehearse --migrations migrations/ --database app.db
              gantry db status                 of Gantry's own database

            See docs/upgrades.md.
            """);
        return command;
    }
}
