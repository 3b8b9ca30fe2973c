using Gantry.Server.Agents;
using Gantry.Server.Api;
using Gantry.Server.Changes;
using Gantry.Server.Hosting;
using Gantry.Server.Reconcilers;
using Gantry.Server.Secrets;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>What whoever keeps a host stands on: its rows, and the words that are written into them.</summary>
internal sealed class HostFloor(Ledger ledger, AgentHub hub, HostInstaller installer, Sealer sealer, ServerIdentity identity, Names names, TimeProvider time)
{
    public AgentHub Hub => hub;

    public HostInstaller Installer => installer;

    public Sealer Sealer => sealer;

    public TimeProvider Time => time;

    public string ServerId => identity.ServerId.ToString("D");

    /// <summary>A host and its fleet.</summary>
    /// <exception cref="IOException">It is not there any more.</exception>
    public (InstanceRow Row, FleetRow Fleet) Find(Guid instanceId) => ledger.Read(db =>
        db.Instances.Find(instanceId) is { DeletedAt: null } row && db.Fleets.Find(row.FleetId) is { } fleet ? (row, fleet) : throw new IOException("The host is not of its fleet any more."));

    /// <summary>The name of an instance of this server that still is one.</summary>
    public string? NameOf(string instanceId) => Guid.TryParse(instanceId, out var id)
        ? ledger.Read(db => db.Instances.Find(id) is { DeletedAt: null, Status: not "terminated" } row ? row.Name : null)
        : null;

    public string ProjectName(FleetRow fleet) => ledger.Read(db => names.Project(db, fleet.ProjectId));

    /// <summary>Stores what is being done at a host, and that it is no longer merely waiting for it.</summary>
    public Task SayAsync(Guid instanceId, string message, CancellationToken cancellation) => ChangeAsync(
        instanceId,
        (db, changes, row) =>
        {
            if (row.Status == "pending")
            {
                row.Status = "provisioning";
                EventLog.Instance(db, changes, row, "Instance status changed PENDING -> PROVISIONING", ledger.Now, actor: null);
            }
            // Progress that comes after the end of it is no news.
            if (row.Status == "provisioning")
                row.StatusMessage = message;
        },
        cancellation);

    /// <summary>Keeps the host keys of the first contact, and the address that the other hosts reach it by.</summary>
    public Task<InstanceRow> PinAsync(Guid instanceId, string hostKeys, string? address, CancellationToken cancellation) => ledger.CommitAsync(
        (db, _) =>
        {
            var row = db.Instances.Find(instanceId) ?? throw new IOException("The host is not of its fleet any more.");
            row.HostKeys = hostKeys;
            if (HostLogin.Read(row) is { InternalIp: null } login && address is not null)
                row.Login = (login with { InternalIp = address }).Write();
            return row;
        },
        cancellation);

    /// <summary>Stores that a host cannot be reached, since when, and why.</summary>
    public Task LostAsync(Guid instanceId, string why, CancellationToken cancellation) => ChangeAsync(
        instanceId,
        (db, changes, row) =>
        {
            if (row.UnreachableSince is null)
            {
                row.UnreachableSince = ledger.Now;
                EventLog.Instance(db, changes, row, $"Instance became unreachable: {why}", ledger.Now, actor: null);
            }
            row.StatusMessage = why;
        },
        cancellation);

    /// <summary>Stores that a host is not of the fleet: it never came to be, or was given back. With its last host, a fleet that is to go is gone.</summary>
    public Task EndAsync(Guid instanceId, string reason, string? message, bool deleted, CancellationToken cancellation) => ChangeAsync(
        instanceId,
        (db, changes, row) =>
        {
            var now = ledger.Now;
            EventLog.Instance(db, changes, row, $"Instance status changed {row.Status.ToUpperInvariant()} -> TERMINATED ({reason.ToUpperInvariant()}{(message is null ? "" : $": {message}")})", now, actor: null);
            row.Status = "terminated";
            row.TerminationReason = reason;
            row.TerminationMessage = message;
            row.StatusMessage = null;
            row.UnreachableSince = null;
            row.FinishedAt = now;
            // What is not logged in to any more needs no keys.
            row.Keys = null;
            if (deleted)
                row.DeletedAt = now;
            changes.Queue = true;
            FleetVolumes.Leave(db, changes, row, now);
            if (db.Fleets.Find(row.FleetId) is { Status: "terminating" } fleet
                && !db.Instances.Any(other => other.FleetId == fleet.Id && other.Id != row.Id && other.DeletedAt == null && other.Status != "terminated"))
            {
                foreach (var other in db.Instances.Where(other => other.FleetId == fleet.Id && other.DeletedAt == null).ToList())
                    other.DeletedAt = now;
                fleet.Status = "terminated";
                fleet.DeletedAt = fleet.LastProcessedAt = now;
                EventLog.Fleet(db, changes, fleet, "Fleet deleted", now, actor: null);
            }
        },
        cancellation);

    private Task ChangeAsync(Guid instanceId, Action<GantryDb, ChangeSet, InstanceRow> change, CancellationToken cancellation) => ledger.CommitAsync(
        (db, changes) =>
        {
            if (db.Instances.Find(instanceId) is { DeletedAt: null } row)
                change(db, changes, row);
        },
        cancellation);
}
