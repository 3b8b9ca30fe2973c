using System.Globalization;
using Gantry.Engine.Volumes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Engine.Runs;

/// <summary>From a run's configuration to its jobs.</summary>
public static class JobPlanner
{
    /// <summary>Seconds between SIGTERM and SIGKILL unless <c>stop_duration</c> says otherwise.</summary>
    public const long DefaultStopDuration = 300;

    /// <summary>Seconds of <c>retry.duration</c> unless it is given.</summary>
    public const long DefaultRetryDuration = 3600;

    /// <summary>The name that a plan shows for a run that has none yet.</summary>
    public const string UnnamedRun = "dry-run";

    /// <summary>The spec with its profile merged in and the server's defaults filled: dstack's "effective run spec".</summary>
    public static RunSpec Effective(RunSpec spec) => EffectiveSpec.Of(spec);

    /// <summary>The jobs of an effective spec: one a node, in order. Its <c>RunName</c> must be set (or is shown as <c>dry-run</c>).</summary>
    public static IReadOnlyList<JobSpec> Jobs(RunSpec effective)
    {
        var run = Run(effective);
        var groups = RunNodes.Groups(run);
        var nodes = groups.Sum(group => group.Nodes);
        var jobs = new List<JobSpec>(nodes);
        foreach (var (groupIndex, group) in groups.Index())
        {
            for (var i = 0; i < group.Nodes; i++)
            {
                jobs.Add(Job(effective, run, group, nodes, jobs.Count) with
                {
                    NodeGroupIndex = groupIndex,
                    NodeGroupName = group.Name ?? Number(groupIndex),
                    NodeGroupJobIndex = i,
                });
            }
        }

        return jobs;
    }

    /// <summary>What the configuration says about the run's life.</summary>
    public static RunPolicy Policy(RunSpec effective)
    {
        var run = Run(effective);
        return new()
        {
            Nodes = RunNodes.Count(run),
            Retry = Retry(run.Retry),
            StopCriteria = run.StopCriteria ?? StopCriteria.AllDone,
            StartupOrder = run.StartupOrder ?? StartupOrder.Any,
            Schedule = run.Schedule?.Cron,
            IsDevEnvironment = run is DevEnvironmentConfiguration,
            InactivityDuration = (run as DevEnvironmentConfiguration)?.InactivityDuration,
        };
    }

    /// <summary>
    /// What cannot be done yet on this server, each named with its key ("image: …"): never ignored in silence. Empty when all can.
    /// </summary>
    public static IReadOnlyList<string> Unsupported(RunSpec effective) => UnsupportedSettings.Of(effective);

    /// <summary>What an agent is told: the job with its system environment (DSTACK_RUN_NAME, DSTACK_NODE_RANK, …).</summary>
    /// <param name="jobId">The submission's id.</param>
    /// <param name="serverId">The server that owns it.</param>
    /// <param name="project">Its project.</param>
    /// <param name="runId">Its run.</param>
    /// <param name="runName">Its run's name.</param>
    /// <param name="repoId">The run's repo id, if any.</param>
    /// <param name="spec">The job.</param>
    /// <param name="nodes">Where every node is, by rank.</param>
    /// <param name="gpus">The job's own devices.</param>
    public static JobOrder Order(
        Guid jobId, Guid serverId, string project, Guid runId, string runName, string? repoId, JobSpec spec, IReadOnlyList<NodePlace> nodes, IReadOnlyList<GpuDevice> gpus) => new()
        {
            JobId = jobId,
            ServerId = serverId,
            ProjectName = project,
            RunName = runName,
            JobName = spec.JobName,
            Executor = spec.ImageName.Length == 0 ? JobOrder.ProcessExecutor : JobOrder.DockerExecutor,
            Command = [.. spec.Commands.Select(text => NodeReferences.Resolve(text, nodes))],
            Env = SystemEnvironment.Of(jobId, runId, project, runName, repoId, spec, nodes),
            WorkingDir = spec.WorkingDir,
            User = UnixUsers.Format(spec.User),
            NodeIps = [.. nodes.Select(node => node.Ip)],
            NodeGpus = [.. nodes.Select(node => node.Gpus)],
            Container = ContainerOrders.Of(spec),
            Gpus = gpus,
        };

    private static JobSpec Job(RunSpec effective, RunConfiguration run, NodeGroup group, int nodes, int jobNum) => new()
    {
        JobNum = jobNum,
        JobName = string.Create(CultureInfo.InvariantCulture, $"{effective.RunName ?? UnnamedRun}-{jobNum}-0"),
        JobsPerReplica = nodes,
        AppSpecs = [.. group.Ports.Select((port, index) => new AppSpec(port.ContainerPort, port.LocalPort, "app_" + Number(index)))],
        User = UnixUsers.Parse(run.User),
        Commands = run.Image is null
            ? CommandScript.Command(run.Shell, [.. run.Setup, .. group.Commands])
            : ContainerCommand.Of(run, [.. run.Setup, .. group.Commands]),
        Env = run.Env.Where(variable => variable.Value is not null).GroupBy(variable => variable.Key).ToDictionary(same => same.Key, same => same.Last().Value!),
        HomeDir = run.HomeDir,
        ImageName = run.Image ?? "",
        Privileged = run.Privileged,
        SingleBranch = run.SingleBranch ?? run is TaskConfiguration,
        MaxDuration = run.MaxDuration is { Duration: { } limit } ? (long)limit.TotalSeconds : null,
        StopDuration = run.StopDuration is { } stop ? (long?)stop.Duration?.TotalSeconds : DefaultStopDuration,
        UtilizationPolicy = run.UtilizationPolicy,
        RegistryAuth = run.RegistryAuth,
        Requirements = new Requirements
        {
            Resources = group.Resources,
            MaxPrice = run.MaxPrice,
            Spot = run.SpotPolicy switch { SpotPolicy.Spot => true, SpotPolicy.Auto => null, _ => false },
            Reservation = run.Reservation,
            Multinode = nodes > 1,
        },
        Retry = Retry(run.Retry),
        Volumes = [.. run.Volumes.Select(mount => VolumeNames.Of(mount, jobNum))],
        WorkingDir = run.WorkingDir,
        RepoData = effective.RepoData,
        RepoCodeHash = effective.RepoCodeHash,
        RepoDir = RunRepo.Dir(effective),
        RepoExistsAction = RunRepo.ExistsAction(effective),
        FileArchives = effective.FileArchives,
    };

    private static RetryPolicy? Retry(RetrySpec? retry) => retry is null or { Enabled: false }
        ? null
        : new RetryPolicy(
            retry.OnEvents ?? [RetryEvent.NoCapacity, RetryEvent.Interruption, RetryEvent.Error],
            (long?)retry.Duration?.TotalSeconds ?? DefaultRetryDuration);

    private static RunConfiguration Run(RunSpec spec) => spec.Configuration as RunConfiguration
        ?? throw new ArgumentException($"A configuration of type {spec.Configuration.Type} has no jobs here: ask Unsupported first.", nameof(spec));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
