using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Server.Fleets;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>Hosts as placement and the API see them: the rows, and which of them have a connected agent.</summary>
internal sealed class HostViews(RunDefinitions definitions, HostLeases leases, TimeProvider time)
{
    private static readonly TimeSpan FirstHostLimit = TimeSpan.FromSeconds(5);
    private readonly TaskCompletionSource firstHost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Guid, bool> connected = new();

    public void Connected(Guid instanceId)
    {
        connected[instanceId] = true;
        firstHost.TrySetResult();
    }

    public void Disconnected(Guid instanceId) => connected.TryRemove(instanceId, out _);

    public bool IsConnected(Guid instanceId) => connected.ContainsKey(instanceId);

    /// <summary>Waits for the first host after a start, within reason: whoever asks what there is should not be told "nothing" by a server that is a moment old.</summary>
    public async Task WaitForFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            await firstHost.Task.WaitAsync(FirstHostLimit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Then there is none, and that is the answer. Later callers need not wait for it again.
            firstHost.TrySetResult();
        }
    }

    /// <summary>Hosts whose agent has said hello at least once, and that are not done with.</summary>
    public static Dictionary<Guid, InstanceRow> Rows(GantryDb db) =>
        db.Instances.Where(instance => instance.DeletedAt == null && instance.Facts != null && instance.Status != "terminated").ToDictionary(instance => instance.Id);

    /// <summary>The hosts, with what their jobs asked for.</summary>
    public List<HostState> States(GantryDb db, IReadOnlyDictionary<Guid, InstanceRow> rows)
    {
        var running = db.Jobs
            .Where(job => job.InstanceId != null && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"))
            .Select(job => new { Instance = job.InstanceId!.Value, job.RunId, job.JobNum, job.Gpus })
            .ToList()
            .ToLookup(
                job => job.Instance,
                job => new RunningJob(definitions.Get(db, job.RunId).Jobs[job.JobNum].Requirements, [.. JobGpus.Read(job.Gpus).Select(gpu => gpu.Id)]));
        var ids = rows.Values.Select(row => row.FleetId).OfType<Guid>().Distinct().ToList();
        var fleets = db.Fleets.Where(fleet => ids.Contains(fleet.Id)).ToDictionary(fleet => fleet.Id);
        // Fleets before the embedded host: who has made one wants it used.
        return [.. rows.Values.OrderBy(row => row.Embedded).ThenBy(row => row.Name, StringComparer.Ordinal)
            .Select(row => State(row, fleets.GetValueOrDefault(row.FleetId ?? Guid.Empty), [.. running[row.Id]]))];
    }

    private HostState State(InstanceRow row, FleetRow? fleet, IReadOnlyList<RunningJob> running)
    {
        var facts = Facts(row);
        var configuration = fleet is null ? null : FleetDefinitions.Of(fleet);
        return new HostState
        {
            HostId = row.Id,
            Name = row.Name,
            Embedded = row.Embedded,
            Reachable = IsConnected(row.Id) && !(leases.IsKept(row.Id) && leases.IsOver(row.Id)),
            Resources = Resources(facts),
            MaxJobs = facts.MaxJobs,
            Containers = facts.DockerVersion is not null,
            ContainersProblem = facts.DockerProblem,
            Gpus = facts.Gpus,
            GpuProblem = facts.GpuProblem,
            Addresses = row.Address is { } address ? [facts.Hostname, facts.InternalIp, address] : [facts.Hostname, facts.InternalIp],
            UnreachableSince = row.UnreachableSince,
            FleetId = row.FleetId,
            FleetName = fleet?.Name,
            ProjectId = row.ProjectId,
            InstanceNum = row.FleetId is null ? null : row.InstanceNum,
            Blocks = row.Blocks == 0 ? null : row.Blocks,
            Cluster = configuration?.Placement == InstancePlacement.Cluster,
            Processes = configuration is null || configuration.ProcessUser is not null,
            Accepts = row.Status == "idle",
            Running = running,
        };
    }

    /// <summary>Into how many blocks a host is divided.</summary>
    public static int Blocks(InstanceRow row, HostFacts facts) =>
        row.Blocks > 0 ? row.Blocks : Math.Max(1, facts.Gpus.Count > 0 ? facts.Gpus.Count : facts.Cpus);

    public static HostFacts Facts(InstanceRow row) => JsonSerializer.Deserialize(row.Facts!, LinkJson.Default.HostFacts)!;

    /// <summary>The host's hardware in the API's shape.</summary>
    public static HostResources Resources(HostFacts facts) => new()
    {
        Cpus = facts.Cpus,
        MemoryMib = facts.MemoryMib,
        Gpus = [.. facts.Gpus.Where(gpu => gpu.Problem is null).Select(gpu => new HostGpu(gpu.Name, gpu.MemoryMib, gpu.Vendor))],
        Disk = new HostDisk(facts.DiskMib),
        CpuArch = facts.Arch,
    };
}
