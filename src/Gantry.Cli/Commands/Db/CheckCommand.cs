using System.CommandLine;
using Gantry.Cli.Databases;
using Gantry.Cli.Output;
using Gantry.Migrations;
using Gantry.Migrations.Check;
using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;

namespace Gantry.Cli.Commands.Db;

/// <summary><c>gantry db check</c>: proves migrations before they run. Touches no database, unless one is named for its schema.</summary>
internal static class CheckCommand
{
    public static Command Build(Invocation invocation, DatabaseOptions options)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Folders of migrations, or files of SQL. Default to --migrations, else to Gantry's own", Arity = ArgumentArity.ZeroOrMore };
        var schema = new Option<string?>("--schema") { Description = "A file with the schema before the first of them (pg_dump --schema-only, or .schema of sqlite3)", HelpName = "FILE" };
        var dialect = new Option<string?>("--dialect") { Description = "Whose SQL it is: sqlite or postgres. Defaults to that of --database; of Gantry's own, to both", HelpName = "NAME" };
        dialect.AcceptOnlyFromAmong("sqlite", "postgres");
        var format = new Option<string>("--format") { Description = "text, json or sarif. Defaults to text", HelpName = "NAME", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "sarif");
        var from = new Option<int>("--from") { Description = "Report from this revision on: those before it have run already. Defaults to 1", HelpName = "N", DefaultValueFactory = _ => 1 };
        var off = new Option<string[]>("--off") { Description = "A rule that is not to report; may be given several times", HelpName = "RULE", DefaultValueFactory = _ => [] };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors" };
        var writeLock = new Option<bool>("--write-lock") { Description = "Pin the migrations, as they are now, in migrations.lock: from then on an edit of one is an error" };
        var command = new Command("check", "Prove migrations before they run: rules on their SQL, without a database")
        {
            paths, schema, dialect, format, from, off, strict, writeLock,
        };
        HelpPage.SetEnding(command, """
            Examples:
              gantry db check migrations/ --schema schema.sql --dialect postgres
              gantry db check migrations/ --dialect sqlite --from 12 --format sarif >check.sarif
              gantry db check 0042.sql --database postgres://me@localhost/shop     with the schema of a living database
              gantry db check                                                      Gantry's own, for both engines

            Ends with 0 when there is no error, else with 1. The rules: docs/rules/.
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = options.IsOwn(parsed) ? null : options.AddressOrNull(invocation, parsed);
            var dialects = Dialects(parsed.GetValue(dialect), address?.Dialect, own: options.IsOwn(parsed) && parsed.GetValue(paths)!.Length == 0);
            var output = new TerminalWriter(invocation.Terminal);
            var asked = Enum.Parse<CheckFormat>(parsed.GetValue(format)!, ignoreCase: true);
            if (dialects.Length > 1 && asked != CheckFormat.Text)
                throw new CliException(ExitCodes.Usage, $"--format {parsed.GetValue(format)} holds one engine's report. Say which: --dialect sqlite or --dialect postgres");

            var passed = true;
            foreach (var engine in dialects)
            {
                foreach (var set in Sets(invocation, options, parsed, parsed.GetValue(paths)!, engine))
                {
                    if (parsed.GetValue(writeLock))
                    {
                        Pin(invocation, set);
                        continue;
                    }
                    var start = await StartAsync(invocation, parsed.GetValue(schema), address, engine, cancellation);
                    var report = Checker.Check(set, start, engine, new CheckOptions
                    {
                        Off = parsed.GetValue(off)!.ToHashSet(),
                        WarningsAsErrors = parsed.GetValue(strict),
                        FirstRevision = parsed.GetValue(from),
                        Lock = MigrationsLock.Read(set),
                    });
                    report.Write(output, asked);
                    passed &= report.Passed;
                }
            }
            return passed ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Dialect[] Dialects(string? named, Dialect? ofDatabase, bool own) => named switch
    {
        "sqlite" => [Dialect.Sqlite],
        "postgres" => [Dialect.Postgres],
        _ when ofDatabase is { } dialect => [dialect],
        _ when own => [Dialect.Sqlite, Dialect.Postgres],
        _ => throw new CliException(ExitCodes.Usage, "Whose SQL is it? Say --dialect sqlite or --dialect postgres."),
    };

    private static IEnumerable<MigrationSet> Sets(Invocation invocation, DatabaseOptions options, ParseResult parsed, string[] paths, Dialect dialect) =>
        paths.Length == 0 ? [options.Set(invocation, parsed, dialect)] : paths.Select(path => MigrationSource.Read(path, dialect));

    private static async Task<DatabaseSchema?> StartAsync(
        Invocation invocation, string? file, Migrations.Databases.DatabaseAddress? address, Dialect dialect, CancellationToken cancellation)
    {
        if (file is not null)
            return DdlSchema.Read(await File.ReadAllTextAsync(invocation.FullPath(file), cancellation), dialect);
        if (address is null)
            return null;
        await using var connection = address.Connect();
        await connection.OpenAsync(cancellation);
        return await LiveSchema.ReadAsync(connection, dialect, cancellation);
    }

    private static void Pin(Invocation invocation, MigrationSet set)
    {
        var pinned = MigrationsLock.Pin(set, MigrationsLock.Read(set));
        pinned.Write(set);
        invocation.Terminal.Print($"{MigrationsLock.PathFor(set)} pins {Words.Of(pinned.Released.Count, "migration")}. Commit it beside them.");
    }
}
