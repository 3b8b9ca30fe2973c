using System.Collections.Concurrent;
using Gantry.Server.Changes;
using Gantry.Server.Fleets.Ssh;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>
/// Keeps every host of every fleet, each on its own, so that a host that hangs holds up no other. Woken by each change of hosts, and goes by their
/// rows alone: hosts that were added are begun with, hosts that are to leave or are logged in to otherwise are interrupted.
/// </summary>
internal sealed partial class FleetKeeper(Ledger ledger, ChangeFeed feed, HostFloor floor, TimeProvider time, ILogger<FleetKeeper> logger)
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<Guid, HostKeeper> keepers = new();
    private readonly ConcurrentDictionary<Guid, Task> tasks = new();

    /// <summary>What each host was when it was last looked at: another word is a reason to interrupt.</summary>
    private readonly Dictionary<Guid, (string Status, string? Login, string? Keys, string? Address, int? Port)> seen = [];

    /// <summary>Until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        SshFolder.Sweep(floor.Installer.Folder);
        feed.Hosts.Set();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await feed.Hosts.WaitAsync(Sweep, time, stoppingToken);
                foreach (var row in ledger.Read(db => db.Instances.Where(row => row.FleetId != null && row.DeletedAt == null && row.Status != "terminated").ToList()))
                    Look(row, stoppingToken);
            }
        }
        finally
        {
            // Each ends its connection and removes its keys.
            await Task.WhenAny(Task.WhenAll(tasks.Values), Task.Delay(EndLimit, time, CancellationToken.None));
        }
    }

    private void Look(InstanceRow row, CancellationToken stoppingToken)
    {
        // Only leaving counts as a change of status: the others are the keeper's own doing. So is an address that it found out.
        var login = HostLogin.Read(row) with { InternalIp = null };
        var now = (row.Status == "terminating" ? row.Status : "", login.Write(), row.Keys, row.Address, row.Port);
        var changed = seen.TryGetValue(row.Id, out var before) && before != now;
        seen[row.Id] = now;
        if (keepers.TryGetValue(row.Id, out var known))
        {
            if (changed)
                known.Interrupt();
            return;
        }
        var keeper = keepers[row.Id] = new HostKeeper(row.Id, floor, logger);
        tasks[row.Id] = Task.Run(() => KeepAsync(row.Id, keeper, stoppingToken), CancellationToken.None);
    }

    private async Task KeepAsync(Guid id, HostKeeper keeper, CancellationToken stoppingToken)
    {
        try
        {
            await keeper.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The server ends; the hosts go on.
        }
        catch (Exception e)
        {
            LogEnded(logger, e, id);
        }
        finally
        {
            keepers.TryRemove(id, out _);
            tasks.TryRemove(id, out _);
            keeper.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping the host {InstanceId} failed. The next sweep begins anew.")]
    private static partial void LogEnded(ILogger logger, Exception exception, Guid instanceId);
}
