using System.CommandLine;
using Gantry.Cli.Embedded;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Cli.Databases;

/// <summary><c>--database</c> and <c>--migrations</c>: whose schema a <c>gantry db</c> command is about. Without them, Gantry's own.</summary>
internal sealed class DatabaseOptions
{
    public Option<string?> Database { get; } = new("--database")
    {
        Description = "The database: a SQLite file, or postgres://user:password@host:port/database. Defaults to Gantry's own",
        HelpName = "FILE|URL",
        Recursive = true,
    };

    public Option<string?> Migrations { get; } = new("--migrations")
    {
        Description = "The folder of migrations (or a script of EF Core or Alembic). Defaults to Gantry's own",
        HelpName = "PATH",
        Recursive = true,
    };

    /// <summary>Whether neither is given: the command is about Gantry's own database.</summary>
    public bool IsOwn(ParseResult parsed) => parsed.GetValue(Database) is null && parsed.GetValue(Migrations) is null;

    /// <summary>The database. Without the option Gantry's own; null when a folder of migrations is named but no database.</summary>
    /// <exception cref="CliException">The address is not one.</exception>
    public DatabaseAddress? AddressOrNull(Invocation invocation, ParseResult parsed)
    {
        // From the environment, so that a password need not stand on a command line that every user of the machine can read.
        var given = parsed.GetValue(Database) ?? (parsed.GetValue(Migrations) is null ? null : invocation.Environment("GANTRY_DB"));
        if (given is null)
            return parsed.GetValue(Migrations) is null ? DatabaseAddress.OfFile(OwnDatabase(invocation)) : null;
        try
        {
            var address = DatabaseAddress.Parse(given);
            return address.File is null ? address : DatabaseAddress.OfFile(invocation.FullPath(address.Display));
        }
        catch (FormatException error)
        {
            throw new CliException(ExitCodes.Usage, "--database: " + error.Message);
        }
    }

    /// <summary>The database, which this command cannot do without.</summary>
    /// <exception cref="CliException">None is named, or its address is not one.</exception>
    public DatabaseAddress Address(Invocation invocation, ParseResult parsed) => AddressOrNull(invocation, parsed)
        ?? throw new CliException(ExitCodes.Usage, "Which database? Name it with --database FILE|URL, or in the environment variable GANTRY_DB.");

    /// <summary>The migrations. Without the option Gantry's own, beside the executables.</summary>
    /// <exception cref="CliException">A database is named, but no migrations.</exception>
    /// <exception cref="MigrationException">They cannot be read.</exception>
    public MigrationSet Set(Invocation invocation, ParseResult parsed, Dialect? dialect)
    {
        if (parsed.GetValue(Migrations) is { } path)
            return MigrationSource.Read(invocation.FullPath(path), dialect);
        if (parsed.GetValue(Database) is not null)
            throw new CliException(ExitCodes.Usage, "Which migrations? Name their folder with --migrations PATH.");
        return MigrationSource.Read(OwnMigrations, dialect);
    }

    /// <summary>The migrations, in the one layout that <c>upgrade</c>, <c>status</c> and <c>down</c> keep account of.</summary>
    /// <exception cref="CliException">They are another tool's.</exception>
    public MigrationSet OwnLayout(Invocation invocation, ParseResult parsed, Dialect dialect)
    {
        var set = Set(invocation, parsed, dialect);
        return set.Layout == MigrationLayout.Gantry ? set : throw new CliException(ExitCodes.Usage,
            $"{set.Path} is laid out for {set.Layout}: its own tool applies it and remembers what it applied. Nothing was changed. "
            + "`gantry db check` and `gantry db rehearse` read it; to apply migrations with Gantry, lay them out as NNNN_name/up.sql.");
    }

    /// <summary>What a person types to run the command again: never with a password.</summary>
    public string CommandLine(Invocation invocation, ParseResult parsed, string verb) =>
        $"gantry db {verb}"
        + (parsed.GetValue(Database) is null ? "" : $" --database {Address(invocation, parsed).Display}")
        + (parsed.GetValue(Migrations) is { } migrations ? $" --migrations {migrations}" : "");

    /// <summary>Gantry's own migrations, beside the executables.</summary>
    public static string OwnMigrations => Path.Combine(AppContext.BaseDirectory, "migrations");

    /// <summary>Gantry's own database must not be changed under a server that works on it.</summary>
    /// <exception cref="CliException">A server of this home lives.</exception>
    public void RequireNoServer(Invocation invocation, ParseResult parsed)
    {
        var folder = new ServerFolder(invocation.Home);
        if (IsOwn(parsed) && folder.IsServerAlive)
            throw new CliException(ExitCodes.Failed,
                $"A server works on {OwnDatabase(invocation)}. Nothing was changed. Stop it first (jobs go on): gantry server stop");
    }

    private static string OwnDatabase(Invocation invocation) => Path.Combine(new ServerFolder(invocation.Home).Path, "gantry.db");
}
