using System.Text.Json;
using Gantry.Engine.Fleets;
using Gantry.Model.Link;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Server.Fleets.Ssh;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>The way to the agent of a fleet's host: one OpenSSH client, and the relay at its other end. Installs the agent where it is not.</summary>
internal sealed class HostRoute(Guid instanceId, HostFloor floor) : IAgentRoute
{
    private bool isInstalled;
    private SshProcess? relay;

    /// <summary>Whether the agent has said hello on the latest connection.</summary>
    public bool IsUp { get; private set; }

    public bool HoldsLeases => true;

    /// <summary>Whether something was put on the host.</summary>
    public bool HasClaimed { get; private set; }

    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        IsUp = false;
        var (row, fleet) = floor.Find(instanceId);
        // An agent that was there is there, mostly: then one login is enough.
        isInstalled |= row.AgentId is not null && relay is null;
        if (!isInstalled)
            row = await InstallAsync(row, fleet, cancellationToken);
        var target = HostLogin.Target(row, floor.Sealer);
        relay = SshProcess.Start(target, floor.Installer.Folder, HostScripts.Relay(target.Host.User, floor.ServerId));
        return new SshStream(relay);
    }

    public void Replace(string oldBuild) => isInstalled = false;

    /// <summary>Why the latest connection ended, where OpenSSH's client or the relay said it.</summary>
    public async Task<SshException?> ExplainAsync(CancellationToken cancellationToken)
    {
        if (relay is null || IsUp)
            return null;
        var (status, said) = await relay.EndedAsync(cancellationToken);
        if (status == HostScripts.AgentStopped)
            return SshException.AgentStopped(relay.Target);
        // The connection stood and the agent did not: the next one looks whether it is there at all.
        isInstalled = false;
        return status == SshProcess.ConnectionFailed ? SshException.Of(relay.Target, said) : null;
    }

    public InstanceRow Register(GantryDb db, ChangeSet changes, AgentHello hello, DateTimeOffset now)
    {
        IsUp = isInstalled = true;
        var row = db.Instances.Find(instanceId) ?? throw new IOException("The host is not of its fleet any more.");
        var login = HostLogin.Read(row);
        var facts = login.InternalIp is { } address ? hello.Host with { InternalIp = address } : hello.Host;
        if (row.Status is "pending" or "provisioning")
        {
            EventLog.Instance(db, changes, row, $"Instance status changed {row.Status.ToUpperInvariant()} -> IDLE", now, actor: null);
            row.Status = "idle";
        }
        else if (row.UnreachableSince is not null)
        {
            EventLog.Instance(db, changes, row, row.BootId == hello.BootId ? "Instance became reachable" : "Instance became reachable: it was started anew meanwhile", now, actor: null);
        }
        row.AgentId = hello.AgentId;
        row.BootId = hello.BootId;
        row.Facts = JsonSerializer.Serialize(facts, LinkJson.Default.HostFacts);
        row.LastSeenAt = now;
        row.StatusMessage = null;
        row.UnreachableSince = null;
        changes.Queue = true;
        return row;
    }

    private async Task<InstanceRow> InstallAsync(InstanceRow row, FleetRow fleet, CancellationToken cancellation)
    {
        var isNew = row.AgentId is null;
        var configuration = FleetDefinitions.Of(fleet);
        await floor.SayAsync(instanceId, "Connecting", cancellation);
        var target = HostLogin.Target(row, floor.Sealer);
        var (report, hostKeys) = await floor.Installer.LookAsync(target, configuration.ProcessUser, cancellation);
        var lacks = HostLacks.Of(report, new HostNeeds
        {
            ServerId = floor.ServerId,
            InstanceId = instanceId.ToString("D"),
            Platforms = floor.Installer.Platforms,
            ProcessUser = configuration.ProcessUser,
            Network = HostLogin.Read(row).InternalIp is null ? configuration.SshConfig!.Network : null,
            OwnInstance = floor.NameOf,
        });
        // A host that is in use is not given up for what it lacks now; only its claim must hold.
        if (lacks.Count > 0 && (isNew || report.Owner != floor.ServerId))
            throw new HostRefusedException(lacks);
        var known = await floor.PinAsync(instanceId, hostKeys, HostLacks.InternalAddress(report, configuration.SshConfig!.Network), cancellation);
        target = HostLogin.Target(known, floor.Sealer);
        HasClaimed = true;
        var said = -1L;
        await floor.Installer.InstallAsync(
            target, report, $"{floor.ProjectName(fleet)}/{fleet.Name} on {Environment.MachineName}",
            (sent, all) =>
            {
                // A word each tenth, not each piece: each is a row written.
                if (sent * 10 / all is var tenth && tenth > Interlocked.Exchange(ref said, tenth))
                    _ = floor.SayAsync(instanceId, $"Installing the agent: {tenth * 10} %", CancellationToken.None);
            },
            cancellation);
        isInstalled = true;
        return known;
    }
}
