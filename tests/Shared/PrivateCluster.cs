using System.Diagnostics;
using System.Globalization;

namespace Gantry.Testing;

/// <summary>
/// A PostgreSQL server of the test's own, on loopback, in a temporary folder: gone with the test, and when the test's process is killed too
/// (the shell that holds the server reads from a pipe of the test and ends the server when that closes).
/// </summary>
internal sealed class PrivateCluster : IAsyncDisposable
{
    private const string Memory = "/dev/shm";
    private const long Room = 4L << 30;

    private readonly string _folder;
    private readonly string _tools;
    private readonly List<string> _settings;
    private Process? _server;
    private int _databases;

    private PrivateCluster(string tools, string folder, IEnumerable<string> settings) => (_tools, _folder, _settings) = (tools, folder, [.. settings]);

    /// <summary>The port that it listens on, 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The folder of the server's own files.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Password of the role <c>guarded</c>; the superuser <c>postgres</c> needs none.</summary>
    public const string GuardedPassword = "right-password";

    /// <summary>Why a test that needs one is skipped, where it is.</summary>
    public const string Needs = "PostgreSQL's server is not installed (Debian: postgresql).";

    /// <summary>Whether PostgreSQL's server programs are on this machine.</summary>
    public static bool Available => FindTools() is not null;

    /// <summary>Makes a cluster on the disk and starts it.</summary>
    /// <param name="settings">More of postgresql.conf, <c>name=value</c>.</param>
    public static Task<PrivateCluster> StartAsync(params string[] settings) => MakeAsync(NewFolder(), settings);

    /// <summary>
    /// The same in memory, where there is plenty: each database is three hundred files, and a disk takes longer to make and forget them than most tests take. Not for what is measured.
    /// </summary>
    public static Task<PrivateCluster> StartInMemoryAsync() => MakeAsync(NewFolderInMemory(), []);

    private static async Task<PrivateCluster> MakeAsync(string folder, IEnumerable<string> settings)
    {
        var tools = FindTools() ?? throw new InvalidOperationException(Needs);
        var cluster = new PrivateCluster(tools, folder, settings);
        await cluster.InitialiseAsync();
        await cluster.StartServerAsync();
        await cluster.ExecuteAsync("postgres", $"CREATE ROLE guarded LOGIN PASSWORD '{GuardedPassword}'");
        return cluster;
    }

    /// <summary>Address of a database of this cluster, as <c>--database</c> takes it.</summary>
    public string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{Port}/{database}");

    /// <summary>Makes an empty database (or a copy of <paramref name="template"/>) and returns its address.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return Url(name);
    }

    /// <summary>Runs SQL with psql and returns what it prints: rows by line, columns by |.</summary>
    public Task<string> ExecuteAsync(string database, string sql) =>
        RunAsync("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", database, "-c", sql);

    /// <summary>pg_dump of a database: schema and rows, in one text. The lines that hold a key of chance, another one each time, are left out.</summary>
    public async Task<string> DumpAsync(string database) => string.Join('\n', (await RunDumpAsync(database)).Split('\n')
        .Where(line => !line.StartsWith("\\restrict ", StringComparison.Ordinal) && !line.StartsWith("\\unrestrict ", StringComparison.Ordinal)));

    private Task<string> RunDumpAsync(string database) =>
        RunAsync("pg_dump", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "--inserts", database);

    /// <summary>Ends the server at once, as a crash would, and starts it again on the same port and files.</summary>
    public async Task CrashAndRestartAsync()
    {
        await StopServerAsync();
        await StartServerAsync();
    }

    /// <summary>Ends the server at once, as a crash would.</summary>
    public async Task StopServerAsync()
    {
        if (_server is null)
            return;
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    /// <summary>Starts the server again after <see cref="StopServerAsync"/>.</summary>
    public async Task StartServerAsync()
    {
        if (Port == 0)
            Port = FreePort.Take();
        var settings = string.Join(' ', _settings.Prepend("fsync=off").Prepend("synchronous_commit=off").Prepend("shared_buffers=32MB").Select(setting => "-c " + setting));
        var script = $"{AsOwner()}'{_tools}/postgres' -D '{Data}' -p {Port} -k '{_folder}' -c listen_addresses=127.0.0.1 {settings} >>'{_folder}/log' 2>&1 </dev/null & "
            + $"cat >/dev/null; kill -QUIT $(head -n 1 '{Data}/postmaster.pid'); wait";
        _server = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", script }, RedirectStandardInput = true })!;
        for (var waited = Stopwatch.StartNew(); ;)
        {
            if (await TryRunAsync("pg_isready", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture)) is (0, _))
                return;
            if (_server.HasExited || waited.Elapsed > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException("PostgreSQL did not start:\n" + await File.ReadAllTextAsync(Path.Combine(_folder, "log")));
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("gantry-pg-").FullName;

    private static string NewFolderInMemory() => !Directory.Exists(Memory) || new DriveInfo(Memory) is not { DriveFormat: "tmpfs", AvailableFreeSpace: > Room } ? NewFolder()
        : Directory.CreateDirectory(Path.Combine(Memory, $"gantry-pg-{Guid.NewGuid():N}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    private async Task InitialiseAsync()
    {
        if (AsOwner().Length > 0)
            await RunAsync("/bin/chown", "postgres", _folder);
        await RunShellAsync($"{AsOwner()}'{_tools}/initdb' -D '{Data}' -U postgres -A trust -E UTF8 --locale=C --no-sync");
        var rules = Path.Combine(Data, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, "host all guarded 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(rules));
    }

    // PostgreSQL refuses to run as root. Machines were seen whose /dev/null only root may write; initdb's shells need it.
    private static string AsOwner() =>
        Environment.UserName != "root" ? ""
        : "setpriv --reuid postgres --regid postgres --clear-groups "
            + (File.GetUnixFileMode("/dev/null").HasFlag(UnixFileMode.OtherWrite) ? "" : "--inh-caps +dac_override --ambient-caps +dac_override ") + "-- ";

    private Task<string> RunAsync(string program, params string[] arguments) => RunAsync(TryRunAsync(program, arguments), program);

    private static Task<string> RunShellAsync(string script) => RunAsync(StartAsync("/bin/sh", "-c", script), "sh");

    private static async Task<string> RunAsync(Task<(int Status, string Output)> run, string program)
    {
        var (status, output) = await run;
        return status == 0 ? output : throw new InvalidOperationException($"{program} ended with {status}:\n{output}");
    }

    private Task<(int Status, string Output)> TryRunAsync(string program, params string[] arguments) =>
        StartAsync(program.StartsWith('/') ? program : Path.Combine(_tools, program), arguments);

    private static async Task<(int Status, string Output)> StartAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }

    private static string? FindTools() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal)
            : Environment.GetEnvironmentVariable("PATH")?.Split(':').FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
}
