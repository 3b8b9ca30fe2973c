using Gantry.Engine.Placement;
using Gantry.Model.Api;
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

    public static HostState Host(string name = "a", int cpus = 8, int memoryGb = 16, int maxJobs = 64, bool reachable = true, params Requirements[] running) => new()
    {
        HostId = new Guid(name[0], 0, 0, new byte[8]),
        Name = name,
        Embedded = true,
        Reachable = reachable,
        Resources = new HostResources { Cpus = cpus, MemoryMib = memoryGb * 1024L, Gpus = [], Disk = new HostDisk(100 * 1024), CpuArch = "x86" },
        MaxJobs = maxJobs,
        Running = running,
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
