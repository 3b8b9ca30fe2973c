using Gantry.Model.Api;

namespace Gantry.Simulation;

/// <summary>
/// What really happens on the hosts, which server and agents only hear about. It holds the promises that count: a job's process is started
/// once, and no two processes of one node of a run live at the same time.
/// </summary>
internal sealed class Reality
{
    private readonly Dictionary<Guid, Process> processes = [];
    private readonly List<Process> alive = [];

    /// <summary>A process of a job.</summary>
    public sealed class Process
    {
        public required Guid JobId { get; init; }
        public required Guid RunId { get; init; }
        public required int Node { get; init; }
        public required SimAgent Host { get; init; }
        public required Requirements Requirements { get; init; }
        public required DateTimeOffset StartedAt { get; init; }
        public DateTimeOffset EndsAt { get; set; }
        public int ExitStatus { get; set; }
        public bool IgnoresTerm { get; init; }
        public bool IsAlive { get; set; } = true;
        /// <summary>Whether it left an exit record: not when its host went down under it.</summary>
        public bool HasRecord { get; set; }
    }

    /// <summary>Those that may live still.</summary>
    public IReadOnlyList<Process> Alive
    {
        get
        {
            alive.RemoveAll(process => !process.IsAlive);
            return alive;
        }
    }

    public Process? Find(Guid jobId) => processes.GetValueOrDefault(jobId);

    public void Start(Process process)
    {
        Assert.True(processes.TryAdd(process.JobId, process), $"Job {process.JobId} is started twice.");
        var sibling = Alive.FirstOrDefault(other => other.RunId == process.RunId && other.Node == process.Node);
        Assert.True(sibling is null, $"Two attempts of node {process.Node} of run {process.RunId} live at once.");

        alive.Add(process);
        var here = alive.Where(other => other.Host == process.Host).ToList();
        Assert.True(here.Count <= process.Host.MaxJobs, $"{here.Count} jobs on {process.Host.Name}, which takes {process.Host.MaxJobs}.");
        var cpus = here.Sum(other => other.Requirements.Resources.Cpu?.Count.Min ?? 0);
        Assert.True(cpus <= process.Host.Cpus, $"{cpus} CPUs are in use on {process.Host.Name}, which has {process.Host.Cpus}.");
    }
}
