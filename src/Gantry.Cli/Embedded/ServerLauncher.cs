using System.Diagnostics;
using System.Globalization;
using Gantry.Cli.Interop;

namespace Gantry.Cli.Embedded;

/// <summary>Starts and ends the server of a home as a process of its own session.</summary>
internal sealed class ServerLauncher(ServerFolder folder, TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private const int LogTailLines = 15;

    // $0 is the log, "$@" the server's command line. setsid makes it survive the terminal; where there is no such command (macOS), Perl has the call.
    // Descriptors that this process inherited from a script are closed: a pipe among them would keep `gantry apply | cat` open for ever.
    private const string Detach = """
        exec </dev/null >>"$0" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        cd /
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
        exec perl -e 'use POSIX (); POSIX::setsid(); exec { $ARGV[0] } @ARGV' "$@"
        """;

    /// <summary>The program, beside this one.</summary>
    public static string Executable
    {
        get
        {
            var path = Path.Combine(AppContext.BaseDirectory, "gantry-server");
            return File.Exists(path)
                ? path
                : throw new CliException(ExitCodes.Unreachable, $"gantry-server is not beside gantry ({path}): the installation is not complete. In a clone of the repository, run ./gantry.");
        }
    }

    /// <summary>Starts a server and waits until it listens.</summary>
    public async Task<ServerAddress> StartAsync(CancellationToken cancellation)
    {
        using var watcher = new FileSystemWatcher(folder.Path) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
        var changed = new SemaphoreSlim(0);
        watcher.Created += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        watcher.Changed += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;

        var logStart = File.Exists(folder.Log) ? new FileInfo(folder.Log).Length : 0;
        using var process = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            ArgumentList = { "-c", Detach, folder.Log, Executable, "--home", folder.Home, "--port", "0", "--embedded" },
        })!;
        var ended = process.WaitForExitAsync(cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(StartPatience);
        while (true)
        {
            if (folder.ReadAddress() is { } address && address.Pid == process.Id)
                return address;
            try
            {
                if (await Task.WhenAny(changed.WaitAsync(patience.Token), ended) == ended)
                    throw Failed($"The embedded server ended while starting (exit status {process.ExitCode.ToString(CultureInfo.InvariantCulture)}).", logStart);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw Failed("The embedded server did not start to listen in a minute.", logStart);
            }
        }
    }

    /// <summary>Asks the server to end and waits until it has. Jobs go on: they belong to the agent.</summary>
    public async Task StopAsync(ServerAddress address, CancellationToken cancellation)
    {
        if (Posix.Kill(address.Pid, Posix.Terminate) != 0 && folder.IsServerAlive)
            throw new CliException(ExitCodes.Failed, $"The server (process {address.Pid}) cannot be signalled: it belongs to someone else. Nothing was changed.");
        try
        {
            (await FileLock.TakeAsync(folder.Lock, StopPatience, time, cancellation)).Dispose();
        }
        catch (TimeoutException)
        {
            throw new CliException(ExitCodes.Failed, $"The server (process {address.Pid}) was asked to stop and still runs after {StopPatience.TotalSeconds:0} s. Its log: {folder.Log}");
        }
    }

    private CliException Failed(string what, long logStart)
    {
        var tail = "";
        if (File.Exists(folder.Log))
        {
            using var log = new FileStream(folder.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // A log that is shorter than it was has been emptied meanwhile.
            log.Position = Math.Min(logStart, log.Length);
            var lines = new StreamReader(log).ReadToEnd().TrimEnd().Split('\n');
            tail = string.Join('\n', lines.TakeLast(LogTailLines).Select(line => "  " + line));
        }
        return new CliException(ExitCodes.Unreachable, $"{what} Its last words, from {folder.Log}:\n{tail}");
    }
}
