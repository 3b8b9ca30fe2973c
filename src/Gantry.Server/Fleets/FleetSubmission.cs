using System.Text.Json;
using Gantry.Engine.Fleets;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Server.Secrets;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>From a fleet's spec to its rows: what is new is added, what is gone is given back, what stays is left alone.</summary>
internal sealed class FleetSubmission(Ledger ledger, Sealer sealer)
{
    /// <summary>The spec without private keys: what is stored, and said to others.</summary>
    public static FleetSpec Public(FleetSpec spec)
    {
        var fleet = spec.Fleet;
        return fleet.SshConfig is not { } ssh ? spec : spec with
        {
            Configuration = fleet with
            {
                SshConfig = ssh with
                {
                    SshKey = Public(ssh.SshKey, ssh.IdentityFile),
                    ProxyJump = ssh.ProxyJump is { } jump ? jump with { SshKey = null } : null,
                    Hosts = [.. ssh.Hosts.Select(host => host with { SshKey = Public(host.SshKey, host.IdentityFile), ProxyJump = host.ProxyJump is { } own ? own with { SshKey = null } : null })],
                },
            },
        };
    }

    // Of a key that came without the name of a file, the public half stays: without either, the spec would not be one.
    private static SshKey? Public(SshKey? key, string? file) => key is null || file is not null ? null : key with { Private = null };

    public static FleetRow? Find(GantryDb db, Guid projectId, string name) => db.Fleets.SingleOrDefault(row => row.ProjectId == projectId && row.Name == name && row.DeletedAt == null);

    /// <summary>Refuses what cannot be done, all of it at once.</summary>
    public static void Check(FleetSpec spec)
    {
        if (spec.Configuration is not FleetConfiguration)
            throw ApiError.Unprocessable([("value_error", ["body", "configuration", "type"], $"type: {spec.Configuration.Type} is no fleet; allowed: fleet.")]);
        var problems = UnsupportedFleets.Of(spec.Fleet);
        if (problems.Count > 0)
            throw ApiError.Bad(problems);
    }

    /// <summary>Stores the fleet and what is to become of its hosts. Returns its id after the commit.</summary>
    public Task<Guid> ApplyAsync(ApplyFleetPlanRequest request, ProjectRow project, Caller caller, CancellationToken cancellation)
    {
        var spec = request.Plan.Spec;
        Check(spec);
        return ledger.CommitAsync(
            (db, changes) =>
            {
                var (now, actor) = (ledger.Now, caller.User.Id);
                var name = spec.Fleet.Name ?? FreeName(db, project.Id);
                var current = Find(db, project.Id, name);
                if (current?.Status == "terminating")
                    throw ApiError.Bad($"The fleet {name} is being deleted. Nothing was changed. Apply again once it is gone.");
                if (!request.Force && request.Plan.CurrentResource?.Id != current?.Id)
                    throw ApiError.Bad("Failed to apply plan. Resource has been changed. Try again or use force apply.");
                var named = spec with { Configuration = spec.Fleet with { Name = name } };
                var stored = JsonSerializer.Serialize(Public(named), ApiJson.Default.FleetSpec);
                if (current is null)
                {
                    db.Fleets.Add(current = new FleetRow { Id = Guid.NewGuid(), ProjectId = project.Id, Name = name, Status = "active", Spec = stored, CreatedAt = now, LastProcessedAt = now });
                    EventLog.Fleet(db, changes, current, "Fleet created. Status: ACTIVE", now, actor);
                }
                else if (current.Spec != stored)
                {
                    current.Spec = stored;
                    EventLog.Fleet(db, changes, current, "Fleet updated", now, actor);
                }
                current.LastProcessedAt = now;
                ApplyHosts(db, changes, current, named.Fleet, actor, now);
                changes.Hosts = true;
                changes.Queue = true;
                return current.Id;
            },
            cancellation);
    }

    /// <summary>Gives all hosts of these fleets back. Refused as a whole when one is in use.</summary>
    public Task DeleteAsync(IReadOnlyList<string> names, ProjectRow project, Caller caller, CancellationToken cancellation) => ledger.CommitAsync(
        (db, changes) =>
        {
            var fleets = names.Distinct(StringComparer.Ordinal).Select(name => Find(db, project.Id, name) ?? throw NotFound()).ToList();
            var instances = fleets.SelectMany(fleet => Instances(db, fleet)).ToList();
            RefuseBusy(db, instances, "Nothing was deleted.");
            FleetVolumes.RefuseHolding(db, instances, fleets, "Nothing was deleted.");
            foreach (var fleet in fleets.Where(fleet => fleet.Status != "terminating"))
            {
                fleet.Status = "terminating";
                EventLog.Fleet(db, changes, fleet, "Fleet status changed ACTIVE -> TERMINATING", ledger.Now, caller.User.Id);
                if (!instances.Any(row => row.FleetId == fleet.Id && row.Status != "terminated"))
                {
                    fleet.Status = "terminated";
                    fleet.DeletedAt = ledger.Now;
                    EventLog.Fleet(db, changes, fleet, "Fleet deleted", ledger.Now, caller.User.Id);
                }
                fleet.LastProcessedAt = ledger.Now;
            }
            foreach (var row in instances)
                Leave(db, changes, row, caller.User.Id, ledger.Now);
            changes.Hosts = true;
        },
        cancellation);

    /// <summary>Gives some hosts of a fleet back. Refused as a whole when one is in use, or not there.</summary>
    public Task DeleteInstancesAsync(DeleteFleetInstancesRequest request, ProjectRow project, Caller caller, CancellationToken cancellation) => ledger.CommitAsync(
        (db, changes) =>
        {
            var all = Instances(db, Find(db, project.Id, request.Name) ?? throw NotFound());
            var missing = request.InstanceNums.Except(all.Select(row => row.InstanceNum)).ToList();
            if (missing.Count > 0)
                throw ApiError.Bad($"The fleet {request.Name} has no instance {string.Join(", ", missing)}; it has {string.Join(", ", all.Select(row => row.InstanceNum).Order())}. Nothing was deleted.");
            var chosen = all.Where(row => request.InstanceNums.Contains(row.InstanceNum)).ToList();
            RefuseBusy(db, chosen, "Nothing was deleted.");
            FleetVolumes.RefuseHolding(db, chosen, [], "Nothing was deleted.");
            foreach (var row in chosen)
                Leave(db, changes, row, caller.User.Id, ledger.Now);
            changes.Hosts = true;
        },
        cancellation);

    public static ApiError NotFound() => ApiError.Missing("Fleet not found");

    private void ApplyHosts(GantryDb db, ChangeSet changes, FleetRow fleet, FleetConfiguration configuration, Guid actor, DateTimeOffset now)
    {
        var ssh = configuration.SshConfig!;
        var present = Instances(db, fleet);
        var wanted = ssh.Hosts.ToDictionary(host => (host.Hostname, host.Port ?? ssh.Port ?? 22));
        var leaving = present.Where(row => row.Status == "terminating" && wanted.ContainsKey(Key(row))).Select(row => row.Address).ToList();
        if (leaving.Count > 0)
            throw ApiError.Bad($"{string.Join(", ", leaving)}: being given back just now. Nothing was changed. Apply again once that is done.");
        var removed = present.Where(row => row.Status != "terminating" && !wanted.ContainsKey(Key(row))).ToList();
        RefuseBusy(db, removed, "Nothing was changed.");
        FleetVolumes.RefuseHolding(db, removed, [], "Nothing was changed.");
        // A host that never came to be is begun with anew.
        var ended = present.Where(row => row.Status == "terminated").ToList();
        foreach (var row in removed.Concat(ended).Distinct())
            Leave(db, changes, row, actor, now);
        var kept = present.Except(removed).Except(ended).Where(row => row.Status != "terminating").ToDictionary(Key);
        var taken = present.Where(row => row.DeletedAt is null).Select(row => row.InstanceNum).ToHashSet();
        var lacking = new List<string>();
        foreach (var (key, host) in wanted)
        {
            var keys = HostKeys.Of(ssh, host);
            var row = kept.GetValueOrDefault(key);
            var login = HostLogin.Of(ssh, host);
            if (keys is null && (row is null || !login.IsSameAs(HostLogin.Read(row))))
            {
                lacking.Add($"ssh_config: {host.Hostname}: its private key was not sent. A client reads it from identity_file and sends it as ssh_key.");
                continue;
            }
            if (row is null)
            {
                var number = Enumerable.Range(0, int.MaxValue).First(taken.Add);
                row = new InstanceRow
                {
                    Id = Guid.NewGuid(),
                    Name = $"{fleet.Name}-{number}",
                    Embedded = false,
                    CreatedAt = now,
                    ProjectId = fleet.ProjectId,
                    FleetId = fleet.Id,
                    InstanceNum = number,
                    Status = "pending",
                    Address = host.Hostname,
                    Port = key.Item2,
                };
                db.Instances.Add(row);
                EventLog.Instance(db, changes, row, "Instance created. Status: PENDING", now, actor);
            }
            Describe(row, login, keys, host.Blocks ?? configuration.Blocks ?? new BlockCount(1));
        }
        if (lacking.Count > 0)
            throw ApiError.Bad(lacking);
    }

    private void Describe(InstanceRow row, HostLogin login, HostKeys? keys, BlockCount blocks)
    {
        // An address that was found out stays, unless the configuration names one.
        var known = row.Login is null ? null : HostLogin.Read(row);
        row.Login = (login with { InternalIp = login.InternalIp ?? known?.InternalIp }).Write();
        row.Blocks = blocks.Count ?? 0;
        // Sealing the same keys gives another text each time: only other keys are written.
        if (keys is not null && (row.Keys is null || sealer.IsStale(row.Keys) || !keys.IsSealedAs(row, sealer)))
            row.Keys = keys.Seal(row.Id, sealer);
    }

    private static (string, int) Key(InstanceRow row) => (row.Address!, row.Port ?? 22);

    private static List<InstanceRow> Instances(GantryDb db, FleetRow fleet) => [.. db.Instances.Where(row => row.FleetId == fleet.Id && row.DeletedAt == null)];

    private static void Leave(GantryDb db, ChangeSet changes, InstanceRow row, Guid actor, DateTimeOffset now)
    {
        if (row.Status == "terminated")
        {
            row.DeletedAt = now;
        }
        else if (row.Status != "terminating")
        {
            EventLog.Instance(db, changes, row, $"Instance status changed {row.Status.ToUpperInvariant()} -> TERMINATING", now, actor);
            row.Status = "terminating";
            row.StatusMessage = "Removing the agent";
        }
    }

    private static void RefuseBusy(GantryDb db, IReadOnlyList<InstanceRow> rows, string unchanged)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var runs = db.Jobs
            .Where(job => job.InstanceId != null && ids.Contains(job.InstanceId.Value)
                && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"))
            .Join(db.Runs, job => job.RunId, run => run.Id, (job, run) => new { run.Name, job.InstanceId })
            .Distinct().ToList();
        if (runs.Count > 0)
            throw ApiError.Bad($"In use: {string.Join("; ", runs.GroupBy(run => run.InstanceId).Select(use => $"{rows.First(row => row.Id == use.Key).Name} by {string.Join(", ", use.Select(run => run.Name).Order(StringComparer.Ordinal))}"))}. {unchanged} Stop these runs first.");
    }

    private static string FreeName(GantryDb db, Guid projectId)
    {
        while (true)
        {
            var name = RunNames.Next(Random.Shared);
            if (Find(db, projectId, name) is null)
                return name;
        }
    }
}
