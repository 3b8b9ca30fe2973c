using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>Hosts as placement and the API see them: the rows, and which of them have a connected agent.</summary>
internal sealed class HostViews(RunDefinitions definitions, TimeProvider time)
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

    /// <summary>Hosts whose agent has said hello at least once.</summary>
    public static Dictionary<Guid, InstanceRow> Rows(GantryDb db) =>
        db.Instances.Where(instance => instance.DeletedAt == null && instance.Facts != null).ToDictionary(instance => instance.Id);

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
        return [.. rows.Values.Select(row => State(row, [.. running[row.Id]]))];
    }

    public HostState State(InstanceRow row, IReadOnlyList<RunningJob> running)
    {
        var facts = Facts(row);
        return new HostState
        {
            HostId = row.Id,
            Name = row.Name,
            Embedded = row.Embedded,
            Reachable = IsConnected(row.Id),
            Resources = Resources(facts),
            MaxJobs = facts.MaxJobs,
            Containers = facts.DockerVersion is not null,
            ContainersProblem = facts.DockerProblem,
            Gpus = facts.Gpus,
            GpuProblem = facts.GpuProblem,
            Addresses = [facts.Hostname, facts.InternalIp],
            Running = running,
        };
    }

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
