using System.CommandLine;
using Gantry.Cli.Databases;
using Gantry.Cli.Output;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db rehearse</c>: runs migrations where they cannot hurt.</summary>
internal static class RehearseCommand
{
    private const int MostScenarios = 100_000;

    public static Command Build(Invocation invocation, DatabaseOptions options)
    {
        var scenarios = new Option<int>("--scenarios") { Description = "How many fillings of the tables are tried for each migration, 1 to 100000. Defaults to 200", HelpName = "N", DefaultValueFactory = _ => 200 };
        var seed = new Option<ulong>("--seed") { Description = "What chance starts from: the same seed tries the same. Defaults to 1", HelpName = "N", DefaultValueFactory = _ => 1 };
        var copy = new Option<bool>("--copy") { Description = "Rehearse on a copy of the database, too" };
        var against = new Option<string?>("--against") { Description = "A PostgreSQL server for scratch databases, dropped afterwards; its role needs CREATEDB. Both engines' results are compared", HelpName = "URL" };
        var expect = new Option<string?>("--expect") { Description = "A file of SQL with the schema that the migrations must end at", HelpName = "FILE" };
        var dialect = new Option<string?>("--dialect") { Description = "Whose SQL another tool's files are: sqlite, postgres or both. Defaults to that of --database, else postgres with --against, else sqlite", HelpName = "NAME" };
        dialect.AcceptOnlyFromAmong("sqlite", "postgres", "both");
        scenarios.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var wrong and (< 1 or > MostScenarios))
                result.AddError($"--scenarios: {wrong} is not a number of scenarios; allowed is 1 to {MostScenarios}.");
        });
        var json = Shared.Json("Output in JSON format");
        var command = new Command("rehearse", "Run migrations on made-up data, up, down and up again, on both engines: find what breaks them before they meet yours")
        {
            scenarios, seed, copy, against, expect, dialect, json,
        };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db rehearse                                                 Gantry's own migrations, on SQLite
              gantry db rehearse --migrations migrations/ --against postgres://postgres@localhost/postgres   a PostgreSQL project's
              gantry db rehearse --migrations migrations/ --database shop.db --copy

            Nothing of yours is changed: --database is only read. Ends with 0 when nothing was found, else with 1; each finding comes with the smallest
            rows that show it, as SQL.
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = options.IsOwn(parsed) ? null : options.AddressOrNull(invocation, parsed);
            var said = parsed.GetValue(dialect);
            var written = Written(said, address, parsed.GetValue(against));
            var set = options.Set(invocation, parsed, written);
            var expected = said is null && set.Layout == MigrationLayout.Gantry ? address?.Dialect : written;
            var rehearsal = new RehearsalOptions
            {
                Scenarios = parsed.GetValue(scenarios),
                Seed = parsed.GetValue(seed),
                Copy = parsed.GetValue(copy),
                Against = parsed.GetValue(against) is { } url ? Server(url) : null,
                Database = parsed.GetValue(copy) && address is null ? options.Address(invocation, parsed) : address,
                Snapshot = parsed.GetValue(expect) is { } file ? Expected(await File.ReadAllTextAsync(invocation.FullPath(file), cancellation), expected) : null,
            };
            var report = await HoldAsync(new Rehearsal(set, invocation.Time), rehearsal, new RehearsalProgress(invocation.Terminal), cancellation);
            if (parsed.GetValue(json))
                invocation.Terminal.Print(report.ToJson());
            else
                report.Write(new TerminalWriter(invocation.Terminal));
            return report.Passed ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    // Gantry's own layout says by its files' names what they are written for. Another tool's files are one engine's, nearly always: on the other, the first
    // statement that it does not have would end the rehearsal.
    private static Dialect? Written(string? said, DatabaseAddress? database, string? against) => said switch
    {
        "sqlite" => Dialect.Sqlite,
        "postgres" => Dialect.Postgres,
        "both" => null,
        _ => database?.Dialect ?? (against is null ? Dialect.Sqlite : Dialect.Postgres),
    };

    private static async Task<RehearsalReport> HoldAsync(Rehearsal rehearsal, RehearsalOptions options, RehearsalProgress progress, CancellationToken cancellation)
    {
        try
        {
            return await rehearsal.RunAsync(options, progress, cancellation);
        }
        catch (RehearsalException error)
        {
            throw new CliException(ExitCodes.Failed, error.Message);
        }
        finally
        {
            progress.End();
        }
    }

    private static DatabaseAddress Server(string url)
    {
        try
        {
            return DatabaseAddress.Parse(url) is { Dialect: Dialect.Postgres } address ? address : throw new FormatException("--against needs a PostgreSQL server: postgres://user:password@host:port/database.");
        }
        catch (FormatException error)
        {
            throw new CliException(ExitCodes.Usage, error.Message);
        }
    }

    private static Dictionary<Dialect, string> Expected(string schema, Dialect? dialect) =>
        dialect is { } one ? new() { [one] = schema } : new() { [Dialect.Sqlite] = schema, [Dialect.Postgres] = schema };
}
