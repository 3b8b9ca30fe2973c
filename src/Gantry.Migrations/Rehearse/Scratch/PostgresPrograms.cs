using System.Diagnostics;
using System.Globalization;
using Gantry.Migrations.Databases;
using Npgsql;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>Copies a PostgreSQL database with PostgreSQL's own programs: a template would need a source that nobody is connected to.</summary>
internal static class PostgresPrograms
{
    /// <summary>Copies one database into another, empty one: <c>pg_dump | psql</c>. Owners and privileges are left behind.</summary>
    /// <param name="from">Only read, in one snapshot.</param>
    /// <param name="to">Empty.</param>
    /// <param name="schemaOnly">Without the rows.</param>
    /// <param name="cancellationToken">Ends both programs.</param>
    /// <exception cref="RehearsalException">The programs are missing, or one of them failed.</exception>
    public static async Task CopyAsync(DatabaseAddress from, DatabaseAddress to, bool schemaOnly, CancellationToken cancellationToken)
    {
        using var dump = Start("pg_dump", from, ["--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions", .. schemaOnly ? ["--schema-only"] : Array.Empty<string>()]);
        using var load = Start("psql", to, ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        try
        {
            dump.StandardInput.Close();
            var said = (Dump: dump.StandardError.ReadToEndAsync(cancellationToken), Load: load.StandardError.ReadToEndAsync(cancellationToken), Answers: load.StandardOutput.ReadToEndAsync(cancellationToken));
            try
            {
                await dump.StandardOutput.BaseStream.CopyToAsync(load.StandardInput.BaseStream, cancellationToken);
                load.StandardInput.Close();
            }
            catch (IOException)
            {
                // psql has ended early; it says why below.
            }
            await load.WaitForExitAsync(cancellationToken);
            if (load.ExitCode == 0)
                await dump.WaitForExitAsync(cancellationToken);
            else
                Kill(dump);
            await said.Answers;
            Refuse("pg_dump", from, dump.HasExited ? dump.ExitCode : 0, await said.Dump);
            Refuse("psql", to, load.ExitCode, await said.Load);
        }
        finally
        {
            Kill(dump);
            Kill(load);
        }
    }

    private static void Refuse(string program, DatabaseAddress database, int status, string said)
    {
        if (status != 0)
            throw new RehearsalException($"{program} could not copy {database}: {said.Trim().Split('\n').FirstOrDefault("it ended with " + status.ToString(CultureInfo.InvariantCulture))} Nothing was changed.");
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }

    private static Process Start(string program, DatabaseAddress database, IEnumerable<string> arguments)
    {
        var path = Find(program) ?? throw new RehearsalException(
            $"A copy of a PostgreSQL database is made with pg_dump and psql, and {program} was not found on the PATH or in /usr/lib/postgresql. Nothing was changed. Install PostgreSQL's client programs (Debian: postgresql-client).");
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // By environment, not by argument: anybody on the machine can list arguments.
        Set(start, "PGHOST", settings.Host);
        Set(start, "PGPORT", settings.Port.ToString(CultureInfo.InvariantCulture));
        Set(start, "PGDATABASE", settings.Database);
        Set(start, "PGUSER", settings.Username);
        Set(start, "PGPASSWORD", settings.Password);
        Set(start, "PGSSLMODE", settings.SslMode switch { SslMode.Disable => "disable", SslMode.Require => "require", SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", _ => null });
        return Process.Start(start)!;
    }

    private static void Set(ProcessStartInfo start, string name, string? value)
    {
        if (value is { Length: > 0 })
            start.Environment[name] = value;
    }

    // The newest: pg_dump refuses a server newer than itself, and reads any older one.
    private static string? Find(string program) =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin", program))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists);
}
