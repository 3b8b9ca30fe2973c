using System.Globalization;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Engine.Tests.Placement;

/// <summary>Hosts and runs to place.</summary>
internal static class Hosts
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Requirements Ask(int? cpus = null, double? memory = null) => new()
    {
        Resources = new ResourcesSpec
        {
            Cpu = cpus is { } count ? new CpuSpec(null, new Range<int>(count, null)) : null,
            Memory = memory is { } gigabytes ? new Range<double>(gigabytes, null) : null,
        },
    };

    /// <summary>Devices of a host: their ids are its name and a number.</summary>
    public static GpuDevice[] Gpus(string host, int count, string name = "H100", int memoryGb = 80, string vendor = "nvidia") =>
        [.. Enumerable.Range(0, count).Select(i => new GpuDevice { Vendor = vendor, Name = name, MemoryMib = memoryGb * 1024L, Index = i, Id = $"{host}-{i}", ComputeCapability = "9.0" })];

    /// <summary>A host of a fleet, whose fleet is named by a number.</summary>
    public static HostState FleetHost(string name, int fleet = 1, int cpus = 16, int memoryGb = 64, int gpus = 0, int? blocks = 1, bool cluster = false, bool reachable = true, params RunningJob[] running) =>
        Host(name, cpus, memoryGb, reachable: reachable) with
        {
            Embedded = false,
            Gpus = Gpus(name, gpus),
            Running = running,
            FleetId = new Guid(fleet, 1, 0, new byte[8]),
            FleetName = string.Create(CultureInfo.InvariantCulture, $"fleet-{fleet}"),
            Blocks = blocks,
            Cluster = cluster,
            Containers = true,
        };

    /// <summary>GPUs as a configuration writes them, and of a fleet's host a little of everything else.</summary>
    public static Requirements AskGpus(string gpus, bool multinode = false) => new()
    {
        Resources = new ResourcesSpec
        {
            Gpu = GpuSpecText.Parse(gpus).Value,
            Cpu = new CpuSpec(null, new Range<int>(1, null)),
            Memory = new Range<double>(1, null),
            Disk = new Range<double>(1, null),
        },
        Multinode = multinode,
    };

    public static HostState Host(string name = "a", int cpus = 8, int memoryGb = 16, int maxJobs = 64, bool reachable = true, params Requirements[] running) => new()
    {
        HostId = new Guid(name[0], 0, 0, new byte[8]),
        Name = name,
        Embedded = true,
        Reachable = reachable,
        Resources = new HostResources { Cpus = cpus, MemoryMib = memoryGb * 1024L, Gpus = [], Disk = new HostDisk(100 * 1024), CpuArch = "x86" },
        MaxJobs = maxJobs,
        Running = [.. running.Select(requirements => new RunningJob(requirements))],
    };

    public static QueuedRun Run(int number, int priority = 0, params Requirements[] jobs) => new()
    {
        RunId = new Guid(number, 0, 0, new byte[8]),
        Priority = priority,
        SubmittedAt = Now.AddSeconds(number),
        Jobs = [.. jobs.Select((requirements, node) => new QueuedJob(new Guid(number, (short)(node + 1), 0, new byte[8]), requirements))],
    };

    public static PlacementPlan Plan(QueuedRun[] queue, params HostState[] hosts) => Engine.Placement.Placement.Plan(queue, hosts, Now);

    public static int[] Placed(this PlacementPlan plan) => [.. plan.Assignments.Select(assignment => Number(assignment.RunId))];

    public static int Number(Guid runId) => BitConverter.ToInt32(runId.ToByteArray(), 0);
}
