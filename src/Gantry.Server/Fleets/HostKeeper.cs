using System.Net.WebSockets;
using Gantry.Server.Fleets.Ssh;
using Gantry.Server.Secrets;

namespace Gantry.Server.Fleets;

/// <summary>
/// Keeps one host: makes it ready, keeps a session with its agent, dials again when that ends, and gives the host back when it is to leave its
/// fleet. All that it goes by is in the host's row, which it reads anew each time.
/// </summary>
internal sealed partial class HostKeeper(Guid instanceId, HostFloor floor, ILogger logger) : IDisposable
{
    private const int FirstTries = 3;
    private const int LastTries = 3;
    private const string ConnectionEnded = "The connection ended. It is set up again.";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly HostRoute route = new(instanceId, floor);
    private CancellationTokenSource session = new();

    /// <summary>The host is to leave its fleet, or is logged in to otherwise from now on: what goes on with it ends, and its row is read again.</summary>
    public void Interrupt()
    {
        lock (route)
            session.Cancel();
    }

    /// <summary>Until the host is given back, or given up before it ever was ready.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var failed = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, Renew());
            try
            {
                var (row, _) = floor.Find(instanceId);
                if (row.Status == "terminated")
                    return;
                if (row.Status == "terminating")
                {
                    if (await GiveBackAsync(row.AgentId is not null, ++failed >= LastTries, either.Token))
                        return;
                }
                else
                {
                    failed = await KeepAsync(failed, either.Token);
                    if (failed < 0)
                        return;
                }
                await Task.Delay(Pause(failed), floor.Time, either.Token);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                failed = 0;
            }
            catch (IOException)
            {
                // The row is gone.
                return;
            }
        }
    }

    public void Dispose() => session.Dispose();

    private CancellationToken Renew()
    {
        lock (route)
        {
            if (session.IsCancellationRequested)
            {
                session.Dispose();
                session = new CancellationTokenSource();
            }
            return session.Token;
        }
    }

    private static TimeSpan Pause(int failed) =>
        failed > 5 ? LongestPause : FirstPause * Math.Pow(2, failed) is var pause && pause < LongestPause ? pause : LongestPause;

    /// <summary>One session. Returns how often it failed in a row, or -1 when the host was given up.</summary>
    private async Task<int> KeepAsync(int failed, CancellationToken cancellation)
    {
        string why;
        var isHopeless = false;
        try
        {
            await floor.Hub.SessionAsync(route, cancellation);
            // An agent of another build, which the next connection replaces.
            if (!route.IsUp)
                return 0;
            why = ConnectionEnded;
        }
        catch (Exception e) when (e is HostRefusedException or SealedException)
        {
            (why, isHopeless) = (e.Message, true);
        }
        catch (SshException e)
        {
            (why, isHopeless) = (e.Message, !e.MayPass);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (e is not (IOException or WebSocketException or InvalidDataException))
                LogFailed(logger, e, instanceId);
            why = route.IsUp ? ConnectionEnded : e.Message;
            if (await route.ExplainAsync(cancellation) is { } fault)
                (why, isHopeless) = (fault.Message, !fault.MayPass);
        }
        var (row, _) = floor.Find(instanceId);
        if (row.Status is not ("pending" or "provisioning"))
        {
            await floor.LostAsync(instanceId, why, cancellation);
            return route.IsUp ? 0 : failed + 1;
        }
        if (!isHopeless && ++failed < FirstTries)
            return failed;
        if (route.HasClaimed)
            await TryUninstallAsync(cancellation);
        await floor.EndAsync(instanceId, "error", why, deleted: false, cancellation);
        return -1;
    }

    /// <summary>Takes the agent off the host. True when the host is given back, or given up for good.</summary>
    private async Task<bool> GiveBackAsync(bool wasReady, bool isLast, CancellationToken cancellation)
    {
        string? left = null;
        try
        {
            await floor.Installer.UninstallAsync(HostLogin.Target(floor.Find(instanceId).Row, floor.Sealer), cancellation);
        }
        catch (Exception e) when (e is SshException or HostRefusedException or SealedException)
        {
            if (!isLast && e is not SshException { MayPass: false } && wasReady)
                return false;
            left = wasReady ? $"The agent is still on the host: {e.Message} To remove it there: stop gantry-agent and remove {HostScripts.Directory}." : null;
        }
        await floor.EndAsync(instanceId, "terminated_by_user", left, deleted: true, cancellation);
        return true;
    }

    // Of a host that never became ready: what was put there goes, if that is still possible.
    private async Task TryUninstallAsync(CancellationToken cancellation)
    {
        try
        {
            await floor.Installer.UninstallAsync(HostLogin.Target(floor.Find(instanceId).Row, floor.Sealer), cancellation);
        }
        catch (Exception e) when (e is SshException or HostRefusedException)
        {
            LogLeft(logger, instanceId, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {InstanceId} did not become ready, and the agent could not be removed from it: {Why}")]
    private static partial void LogLeft(ILogger logger, Guid instanceId, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The session with the host {InstanceId} failed. It begins again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid instanceId);
}
