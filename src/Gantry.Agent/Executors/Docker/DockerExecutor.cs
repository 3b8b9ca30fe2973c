using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Agent.Content;
using Gantry.Agent.Leases;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Volumes;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Runs a job as a container of this host's Docker. What it does is seen by a <see cref="ContainerRunner"/>, and how it ended is in the spool.</summary>
internal sealed class DockerExecutor(DockerAddress address, Guid agentId, JobContents contents, LeaseBook leases, TimeProvider time, AgentLog log) : IExecutor, IDisposable
{
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly DockerFloor? _docker = address.SocketPath is { } socket ? Floor(new DockerApi(socket), agentId, time, log) : null;
    private readonly ConcurrentDictionary<Guid, RegistryAuth> _credentials = new();
    private readonly ConcurrentDictionary<Guid, ImagePull> _pulls = new();
    private readonly ConcurrentDictionary<Guid, ContainerRunner> _runners = new();

    /// <summary>Called when a job may have to be looked at.</summary>
    public Action<Guid> Changed { get; set; } = _ => { };

    /// <summary>Docker; null when it can not be reached at all.</summary>
    public DockerFloor? Docker => _docker;

    /// <summary>Jobs whose containers run, as far as it is known.</summary>
    public IEnumerable<Guid> Running => _runners.Where(runner => runner.Value.Now.Phase == ExecutionPhase.Running).Select(runner => runner.Key);

    /// <summary>Keeps in memory who fetches a job's image.</summary>
    public void Know(Guid jobId, RegistryAuth credentials) => _credentials[jobId] = credentials;

    /// <inheritdoc/>
    public Preparation Prepare(JobSpool spool, JobOrder order)
    {
        if (order.Container is not { } container)
            throw new StartRefusedException("The job's order names no image.");
        var docker = _docker ?? throw new StartRefusedException($"The job needs Docker: {address.Problem}.");
        var pull = _pulls.GetOrAdd(
            spool.JobId, id => new ImagePull(docker.Images, container.Image, _credentials.GetValueOrDefault(id), docker.Time, () => Changed(id)));
        var brought = contents.Prepare(spool, order, place: null, mayReadHost: false);
        if (pull.Image is null)
            return pull.IsPulling ? Preparation.Pulling : Preparation.Underway;
        if (brought != Preparation.Ready)
            return brought;
        JobVolumes.Ensure(order);
        if (order.NodeIps.Count > 0)
        {
            SpoolFiles.WriteNew(spool.HostfilePath, System.Text.Encoding.UTF8.GetBytes(Hostfile.Text(order)));
            // Whoever the container's user is; others do not get to it, since the spool is closed to them.
            File.SetUnixFileMode(spool.HostfilePath, ForEverybody);
        }
        spool.PrepareRecords();
        return Preparation.Ready;
    }

    /// <inheritdoc/>
    public ImagePullProgress? ImagePull(JobSpool spool) => _pulls.GetValueOrDefault(spool.JobId)?.Progress;

    /// <inheritdoc/>
    public int Start(JobSpool spool)
    {
        var image = _pulls.GetValueOrDefault(spool.JobId)?.Image ?? throw new IOException("The job's image is not here.");
        var runner = NewRunner(spool);
        _runners[spool.JobId] = runner;
        runner.Start(image, contents.Of(spool.JobId));
        LetGoOfPull(spool.JobId);
        return 0;
    }

    /// <inheritdoc/>
    public Execution Observe(JobSpool spool, int started)
    {
        if (Recorded(spool) is { } ended)
            return ended;
        if (_docker is null)
            return new Execution(ExecutionPhase.Gone, Problem: $"Its container can not be looked for: {address.Problem}.");
        if (_runners.TryGetValue(spool.JobId, out var known))
            return known.Now;
        var runner = _runners.GetOrAdd(spool.JobId, _ => NewRunner(spool));
        runner.GoOn();
        return runner.Now;
    }

    /// <inheritdoc/>
    public void Terminate(JobSpool spool, bool witnessed) => _runners.GetValueOrDefault(spool.JobId)?.Signal(Libc.SIGTERM);

    /// <inheritdoc/>
    public Leftovers Kill(JobSpool spool, bool witnessed)
    {
        // With a container's first process all of it ends.
        if (_runners.TryGetValue(spool.JobId, out var runner) && runner.Now.Phase == ExecutionPhase.Running)
            runner.Signal(Libc.SIGKILL);
        return Leftovers.None;
    }

    /// <inheritdoc/>
    public void Forget(JobSpool spool)
    {
        LetGoOfPull(spool.JobId);
        contents.Forget(spool.JobId);
        if (_runners.TryRemove(spool.JobId, out var runner))
            runner.Dispose();
        if (_docker is { } docker && spool.IsClaimed && runner is not { WasRemoved: true })
            _ = Task.Run(() => DockerLeftovers.RemoveAsync(docker, spool.JobId));
    }

    /// <inheritdoc/>
    public bool HasOutputLeft(JobSpool spool) => false;

    /// <inheritdoc/>
    public void ReleaseOutput(JobSpool spool)
    {
        // Nothing of a container outlives it.
    }

    private ContainerRunner NewRunner(JobSpool spool)
    {
        var order = spool.ReadOrder() ?? throw new IOException("The job's order is missing in the agent's spool.");
        return new ContainerRunner(_docker!, spool, order, leases, () => Changed(spool.JobId));
    }

    private void LetGoOfPull(Guid jobId)
    {
        _credentials.TryRemove(jobId, out _);
        if (_pulls.TryRemove(jobId, out var pull))
            pull.Dispose();
    }

    private static Execution? Recorded(JobSpool spool)
    {
        ExitRecord? record;
        try
        {
            record = spool.ReadExit();
        }
        catch (JsonException)
        {
            return new Execution(ExecutionPhase.Gone, Problem: "The job's exit record is damaged, so how the job ended is not known.");
        }
        if (record is not { ExitStatus: { } status, OutputStatus: { } output })
            return null;
        var ended = new Execution(ExecutionPhase.Ended, 0, null, record.StartedAt, record.FinishedAt, status);
        return output != 0 ? LostOutput.Explain(spool, ended)
            : record.OutOfMemory == true ? ended with { Problem = OutOfMemory(spool) }
            : record.OutputGaps == true ? ended with { Problem = LostOutput.ByDocker }
            : record.EndUnseen == true ? ended with { Problem = LostOutput.WithDocker }
            : ended;
    }

    private static string OutOfMemory(JobSpool spool)
    {
        try
        {
            if (spool.ReadOrder()?.Container?.MaxMemoryBytes is { } limit)
                return $"Its container ran out of memory: it may use {limit / (double)(1 << 30):0.##}GB, the high end of resources.memory.";
        }
        catch (JsonException)
        {
            // The limit is not known, then.
        }
        return "Its container ran out of memory: the host had none left.";
    }

    private static DockerFloor Floor(DockerApi api, Guid agentId, TimeProvider time, AgentLog log) =>
        new(api, new DockerContainers(api), new DockerImages(api), new DockerDisk(api, time), agentId, time, log);

    /// <inheritdoc/>
    public void Dispose() => _docker?.Api.Dispose();
}
