using Gantry.Cli.Interop;

namespace Gantry.Cli.Embedded;

/// <summary>The server of this user's home: found, started, or replaced when it is of another build.</summary>
internal sealed class EmbeddedServer(Invocation invocation)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);
    private readonly ServerFolder folder = new(invocation.Home);
    private readonly string? build = Build.Id;

    public ServerFolder Folder => folder;

    /// <summary>Where the server was last said to be, without asking it: a request finds out whether that is so. Starts one when nothing is said.</summary>
    public async Task<ServerAddress> FindAsync(CancellationToken cancellation) =>
        folder.ReadAddress() is { } address && IsOfThisBuild(address) ? address : await EnsureAsync(anyBuild: false, cancellation);

    /// <summary>Whether a server of this home lives at all.</summary>
    public bool IsAlive => folder.IsServerAlive;

    /// <summary>A server that listens. Whoever comes at the same moment waits and gets the same one.</summary>
    /// <param name="anyBuild">Whether one of another build will do, rather than be replaced: so it is for a command that has been at work since before the
    /// build changed. Otherwise an <c>apply</c> that still follows its run would put the old server back, and the next command the new one, for ever.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<ServerAddress> EnsureAsync(bool anyBuild, CancellationToken cancellation)
    {
        folder.Create();
        var launcher = new ServerLauncher(folder, invocation.Time);
        using var mine = await TakeStartLockAsync(cancellation);
        if (folder.IsServerAlive)
        {
            var running = await WaitForAddressAsync(cancellation);
            if (running is not null)
            {
                if (anyBuild || IsOfThisBuild(running))
                    return running;
                if (!RunsEmbedded(running))
                {
                    invocation.Terminal.Error($"Note: the server in the foreground (process {running.Pid}) is of another build of Gantry than this command.");
                    return running;
                }
                await launcher.StopAsync(running, cancellation);
                var newer = await launcher.StartAsync(cancellation);
                invocation.Terminal.Note($"Replaced the embedded server by this build's ({newer.Url}); jobs were not touched.");
                return newer;
            }
        }
        var started = await launcher.StartAsync(cancellation);
        invocation.Terminal.Note($"Started the embedded server ({started.Url}); it keeps running. Stop it with: gantry server stop");
        return started;
    }

    private async Task<FileLock> TakeStartLockAsync(CancellationToken cancellation)
    {
        try
        {
            return await FileLock.TakeAsync(folder.StartLock, LockPatience, invocation.Time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new CliException(ExitCodes.Unreachable, $"Another gantry command has been starting the server for {LockPatience.TotalMinutes:0} minutes. Its log: {folder.Log}");
        }
    }

    /// <summary>The address of a server that lives but may be starting (<c>gantry server</c>): its file comes, or its lock goes.</summary>
    private async Task<ServerAddress?> WaitForAddressAsync(CancellationToken cancellation)
    {
        using var watcher = new FileSystemWatcher(folder.Path) { NotifyFilter = NotifyFilters.FileName };
        var changed = new SemaphoreSlim(0);
        watcher.Created += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        var gone = WaitUntilGoneAsync(cancellation);
        while (folder.IsServerAlive)
        {
            if (folder.ReadAddress() is { } address)
                return address;
            await Task.WhenAny(changed.WaitAsync(cancellation), gone);
        }
        return null;
    }

    private async Task WaitUntilGoneAsync(CancellationToken cancellation) =>
        (await FileLock.TakeAsync(folder.Lock, LockPatience, invocation.Time, cancellation)).Dispose();

    private bool IsOfThisBuild(ServerAddress address) => build is null || address.Build == build;

    // A server that someone started in the foreground is theirs: it isn't ended behind their back.
    private static bool RunsEmbedded(ServerAddress address)
    {
        try
        {
            return File.ReadAllText($"/proc/{address.Pid}/cmdline").Split('\0').Contains("--embedded");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No /proc (macOS): every server that the command finds in its own home is taken for its own.
            return true;
        }
    }
}
