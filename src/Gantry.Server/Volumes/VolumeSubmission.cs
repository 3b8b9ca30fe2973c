using System.Text.Json;
using Gantry.Engine.Volumes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Server.Agents;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Fleets;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>From a volume's configuration to its row, and from its row to its end.</summary>
internal sealed class VolumeSubmission(Ledger ledger, HostViews hostViews, VolumeHosts volumeHosts, VolumeUse use)
{
    public static VolumeRow? Find(GantryDb db, Guid projectId, string name) => db.Volumes.SingleOrDefault(row => row.ProjectId == projectId && row.Name == name && row.DeletedAt == null);

    public static ApiError NotFound() => ApiError.Missing("Volume not found");

    /// <summary>Stores the volume. Returns its id after the commit.</summary>
    public async Task<Guid> CreateAsync(Configuration configuration, ProjectRow project, Caller caller, CancellationToken cancellation)
    {
        if (configuration is not VolumeConfiguration volume)
            throw ApiError.Unprocessable([("value_error", ["body", "configuration", "type"], $"type: {configuration.Type} is no volume; allowed: volume.")]);
        if (UnsupportedVolumes.Of(volume) is { Count: > 0 } problems)
            throw ApiError.Bad(problems);
        await hostViews.WaitForFirstAsync(cancellation);
        return await ledger.CommitAsync((db, changes) => Create(db, changes, volume, project, caller.User.Id, ledger.Now), cancellation);
    }

    /// <summary>Deletes these volumes, of a directory that Gantry made with what is in it. Refused as a whole when one is in use.</summary>
    public Task DeleteAsync(IReadOnlyList<string> names, ProjectRow project, Caller caller, CancellationToken cancellation) => ledger.CommitAsync(
        (db, changes) =>
        {
            var rows = names.Distinct(StringComparer.Ordinal).Select(name => Find(db, project.Id, name) ?? throw NotFound()).ToList();
            var used = rows.Select(row => (row.Name, Runs: use.Users(db, row))).Where(row => row.Runs.Count > 0).ToList();
            if (used.Count > 0)
                throw ApiError.Bad($"In use: {string.Join("; ", used.Select(row => $"volume {row.Name} by {string.Join(", ", row.Runs)}"))}. Nothing was deleted. Stop these runs first.");
            foreach (var row in rows.Where(row => row.DeletingAt is null))
                Delete(db, changes, row, "Volume is to be deleted", ledger.Now, caller.User.Id);
        },
        cancellation);

    /// <summary>Deletes a volume that nobody uses: at once where there is nothing to remove, else when its host has done so.</summary>
    public static void Delete(GantryDb db, ChangeSet changes, VolumeRow row, string why, DateTimeOffset now, Guid? actor)
    {
        if (row.IsExternal || row.InstanceId is not { } holder)
        {
            End(db, changes, row, now, actor);
            return;
        }
        row.DeletingAt = row.LastProcessedAt = now;
        row.StatusMessage = $"Being deleted from host {db.Instances.Find(holder)!.Name}";
        EventLog.Volume(db, changes, row, why, now, actor);
        changes.VolumeHosts.Add(holder);
        changes.Queue = true;
    }

    /// <summary>The volume is no more.</summary>
    public static void End(GantryDb db, ChangeSet changes, VolumeRow row, DateTimeOffset now, Guid? actor)
    {
        row.DeletedAt = row.LastProcessedAt = now;
        row.StatusMessage = null;
        EventLog.Volume(db, changes, row, row.IsExternal ? $"Volume deleted; its directory {row.Directory} was left alone" : "Volume deleted", now, actor);
        changes.Queue = true;
    }

    private Guid Create(GantryDb db, ChangeSet changes, VolumeConfiguration volume, ProjectRow project, Guid actor, DateTimeOffset now)
    {
        var name = volume.Name ?? FreeName(db, project.Id);
        if (Find(db, project.Id, name) is { } there)
            throw ApiError.Exists($"The volume {name} exists already{(there.DeletingAt is null ? "" : ", and is being deleted")}. Nothing was changed.");
        var fleet = volume.Fleet is { } wanted
            ? FleetSubmission.Find(db, project.Id, wanted) ?? throw ApiError.Bad($"fleet: {wanted}: there is no such fleet in the project {project.Name}. Nothing was changed.")
            : null;
        var instances = HostViews.Rows(db);
        var hosts = hostViews.States(db, instances).Where(host => host.ProjectId is null || host.ProjectId == project.Id).ToList();
        var home = VolumeHome.Of(volume, fleet?.Id, hosts);
        if (home.Problem is { } problem)
            throw ApiError.Bad($"{problem} Nothing was changed.");
        var row = new VolumeRow
        {
            Id = Guid.NewGuid(),
            ProjectId = project.Id,
            UserId = actor,
            Name = name,
            Status = home.HostId is null && !home.IsEverywhere ? "active" : "provisioning",
            Spec = JsonSerializer.Serialize(volume with { Name = name }, ApiJson.Default.Configuration),
            IsExternal = volume.Directory is not null,
            FleetId = fleet?.Id,
            Directory = volume.Directory,
            CreatedAt = now,
            LastProcessedAt = now,
        };
        db.Volumes.Add(row);
        EventLog.Volume(db, changes, row, $"Volume created. Status: {row.Status.ToUpperInvariant()}", now, actor);
        if (home.HostId is { } host)
            volumeHosts.Bind(db, changes, row, instances[host], now, actor);
        else if (!home.IsEverywhere)
            row.StatusMessage = "The first job that mounts it chooses its host";
        VolumeHosts.Wake(db, changes, row);
        changes.Volumes = changes.Queue = true;
        return row.Id;
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
