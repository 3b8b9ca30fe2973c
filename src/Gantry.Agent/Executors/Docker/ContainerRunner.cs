using Gantry.Agent.Content;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Jobs;
using Gantry.Agent.Leases;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// What a wrapper is to a process: starts one container, brings its output into the job's log, and writes its exit record. It can die with its agent at any
/// line; the next agent's goes on from what Docker and the spool hold. While Docker does not answer it waits, and what is known stays known.
/// Only the agent that made a container starts it, and only once: a container that was made and not started by an agent that is gone is removed,
/// and Docker decides whether the removal or a start under way came first.
/// </summary>
internal sealed class ContainerRunner(DockerFloor docker, JobSpool spool, JobOrder order, LeaseBook leases, Action changed) : IDisposable
{
    private const string Removed = "Its container is gone: somebody else removed it, so how the job ended is not known.";
    private const string NeverRan = "The agent ended while it started the job. The job did not run.";
    private const string DockerLeft = "Docker went away while it started the job. The job did not run.";

    private const int FirstBySignal = 128;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

    private readonly string _name = ContainerRequest.NameOf(spool.JobId);
    private readonly ContainerLog _log = new(docker.Containers, spool, ContainerRequest.NameOf(spool.JobId));
    private readonly CancellationTokenSource _ended = new();
    private volatile Execution _now = new(ExecutionPhase.Starting);
    private volatile bool _wasRemoved;
    private volatile bool _wasFull;
    private bool _wasAway;
    private DateTimeOffset? _backAt;
    private string _never = NeverRan;
    private string? _stopSignal;

    /// <summary>What the container does, as far as it is known.</summary>
    public Execution Now => _now;

    /// <summary>Whether there is no container of it any more, for certain.</summary>
    public bool WasRemoved => _wasRemoved;

    /// <summary>Makes and starts the container, once, and follows it.</summary>
    public void Start(DockerImage image, LocalContents contents) => Work(async () =>
    {
        if (await TryStartAsync(image, contents))
            await FollowAsync();
    });

    /// <summary>Follows the container that an earlier agent started.</summary>
    public void GoOn() => Work(FollowAsync);

    /// <summary>Sends a signal as soon as Docker takes it, if the container runs then.</summary>
    /// <param name="signal">SIGTERM stands for whatever its image wants to be stopped by.</param>
    public void Signal(int signal) => Work(async () =>
    {
        var text = signal == Libc.SIGKILL ? "SIGKILL" : !order.Container!.Init && _stopSignal is { Length: > 0 } own ? own : "SIGTERM";
        await PatientlyAsync(() => docker.Containers.SignalAsync(_name, text, _ended.Token));
    });

    private void Work(Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The job is forgotten.
        }
        catch (Exception exception)
        {
            docker.Log.Error($"job {spool.JobId}: its container can not be followed: {exception}");
        }
    });

    private async Task<bool> TryStartAsync(DockerImage image, LocalContents contents)
    {
        try
        {
            var cpus = await docker.Containers.CpusAsync(_ended.Token);
            // First: the request leaves out what is not there.
            var made = InstanceMounts.Make(order.Container!.Mounts);
            var request = ContainerRequest.Of(spool, order, image.Config, docker.AgentId, cpus);
            var id = await docker.Containers.CreateAsync(_name, request, _ended.Token);
            if (made.Count > 0)
                InstanceMounts.Give(made, await ContainerOwner.FindAsync(docker.Containers, _name, order.User ?? image.Config?.User, _ended.Token));
            await RequireShellAsync();
            await ContainerFiles.PutAsync(docker.Containers, _name, request, order, image.Config, contents, _ended.Token);
            if (contents.Repo?.Directory is not null)
                Directory.Delete(spool.RepoPath, recursive: true);
            await NodeSshClient.PutAsync(docker.Containers, _name, order, image.Config, _ended.Token);
            _stopSignal = image.Config?.StopSignal;
            // By which its processes are found without Docker.
            SpoolFiles.WriteNew(spool.ContainerPath, System.Text.Encoding.ASCII.GetBytes(id));
            SpoolFiles.TryCreate(spool.BegunPath);
            // What was put into it may have taken long.
            if (!leases.Allows(order))
                throw new StartRefusedException(JobReport.LeaseOverBeforeStart);
            await docker.Containers.StartAsync(_name, _ended.Token);
            return true;
        }
        catch (DockerGoneException)
        {
            // Whether it did what it was asked to is to be seen when it is back. It is not asked again.
            _never = DockerLeft;
            return true;
        }
        catch (Exception exception) when (exception is DockerException or IOException or StartRefusedException)
        {
            await RefuseAsync(exception);
            return false;
        }
    }

    // Docker's init would start all the same, and say it in the log only.
    private async Task RequireShellAsync()
    {
        if (order.Container!.Init && order.Command is [['/', ..] shell, ..] && !await docker.Containers.HasPathAsync(_name, shell, _ended.Token))
        {
            throw new StartRefusedException(
                $"The image {order.Container.Image} has no {shell}, which commands and dev environments run in. The job did not run. Use an image with a shell, or name another with `shell`.");
        }
    }

    private async Task RefuseAsync(Exception exception)
    {
        var isFull = exception is DockerException { IsDiskFull: true } || (exception is IOException io && Libc.IsDiskFull(io));
        // A name that is taken is somebody else's container: whose, is for its owner to say.
        if (exception is not DockerException { IsConflict: true })
            await RemoveAsync(force: true);
        Set(new Execution(ExecutionPhase.NotStarted, DiskFull: isFull, Problem: isFull
            ? "Docker's disk is full: the container could not be made. Make room (docker system df), then run it again."
            : exception is StartRefusedException ? exception.Message
            : $"Docker could not start the container: {exception.Message.Trim().TrimEnd('.')}. The job did not run."));
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            var container = await PatientlyAsync(() => docker.Containers.FindAsync(_name, _ended.Token));
            if (container is null || !IsOurs(container))
            {
                _wasRemoved = true;
                Set(_now with { Phase = ExecutionPhase.Gone, Problem = File.Exists(spool.BegunPath) ? Removed : _never });
                return;
            }
            if (container.State.IsLive)
                await FollowRunningAsync(container);
            else if (container.State.Status == "created")
            {
                if (!await PatientlyAsync(() => docker.Containers.RemoveAsync(_name, force: false, _ended.Token)))
                    continue;
                _wasRemoved = true;
                Set(_now with { Phase = ExecutionPhase.Gone, Problem = _never });
                return;
            }
            else if (await TryCollectAsync(container))
                return;
        }
    }

    private async Task FollowRunningAsync(DockerContainer container)
    {
        _stopSignal = container.Config?.StopSignal;
        _backAt = _wasAway ? docker.Time.GetUtcNow() : null;
        Set(_now with { Phase = ExecutionPhase.Running, StartedAt = container.State.StartedAt });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        var stopped = docker.Containers.UntilStoppedAsync(_name, over.Token);
        var copied = CopyLogAsync(over.Token);
        await Task.WhenAny(stopped, copied);
        // The log of a container that writes fast is read long after its end.
        while (stopped.IsCompletedSuccessfully && !copied.IsCompleted && _log.Silence < LongestSilence)
            await Task.WhenAny(copied, Task.Delay(Pause, docker.Time, _ended.Token));
        if (copied.IsCompletedSuccessfully && !stopped.IsCompleted)
            await Task.WhenAny(stopped, Task.Delay(LongestSilence, docker.Time, _ended.Token));
        await over.CancelAsync();
        await Task.WhenAll(stopped, copied).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // When Docker goes, either may be the first to tell; the other one is cancelled then.
        if (stopped.IsFaulted || copied.IsFaulted)
        {
            (_wasAway, _backAt) = (true, null);
            await Task.Delay(Pause, docker.Time, _ended.Token);
        }
    }

    private async Task CopyLogAsync(CancellationToken cancellation)
    {
        try
        {
            await _log.FollowAsync(cancellation);
        }
        catch (OutputFullException exception)
        {
            // As a wrapper's cat would: says why, in a file that needs no room, and the job is stopped.
            spool.KeepComplaint(exception.Message);
            _wasFull = true;
            Set(_now with { Problem = "Its output can not be kept." });
            await Task.Delay(Timeout.InfiniteTimeSpan, docker.Time, cancellation);
        }
    }

    // False when Docker went away meanwhile.
    private async Task<bool> TryCollectAsync(DockerContainer container)
    {
        Set(_now with { Phase = ExecutionPhase.Ending });
        try
        {
            await _log.CompleteAsync(_ended.Token);
        }
        catch (OutputFullException exception)
        {
            spool.KeepComplaint(exception.Message);
            _wasFull = true;
        }
        catch (Exception exception) when (exception is DockerGoneException or DockerException or IOException)
        {
            docker.Log.Error($"job {spool.JobId}: its log can not be read yet: {exception.Message}");
            await Task.Delay(Pause, docker.Time, _ended.Token);
            return false;
        }
        var state = container.State;
        if (WasEndedByReboot(container))
        {
            await RemoveAsync(force: false);
            Set(_now with { Phase = ExecutionPhase.Gone, Problem = JobReport.Rebooted });
            return true;
        }
        spool.KeepExit(new ExitRecord
        {
            ExitStatus = state.ExitCode,
            OutputStatus = _wasFull ? 1 : 0,
            StartedAt = state.StartedAt,
            FinishedAt = state.FinishedAt,
            OutOfMemory = state.OOMKilled && state.ExitCode != 0 ? true : null,
            EndUnseen = IsUnseen(state) ? true : null,
            OutputGaps = (DockerLogFile.HasScar(container.LogPath) ?? docker.Disk.WasFullSince(state.StartedAt)) ? true : null,
        });
        await RemoveAsync(force: false);
        Set(_now with { Phase = ExecutionPhase.Ended });
        return true;
    }

    // A Docker that comes back calls for a moment running what ended while it was away; when that was it knows.
    private bool IsUnseen(DockerState state) => _wasAway && (_backAt is not { } back || state.FinishedAt is not { } ended || ended <= back);

    // Best effort: what stays is found again by its label.
    private async Task RemoveAsync(bool force)
    {
        try
        {
            _wasRemoved = await docker.Containers.RemoveAsync(_name, force, _ended.Token);
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            docker.Log.Error($"job {spool.JobId}: its container could not be removed yet: {exception.Message}");
        }
    }

    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (DockerGoneException)
            {
                await Task.Delay(Pause, docker.Time, _ended.Token);
            }
            catch (DockerException exception) when ((int)exception.Status >= 500)
            {
                docker.Log.Error($"job {spool.JobId}: Docker says: {exception.Message}");
                await Task.Delay(LongestSilence, docker.Time, _ended.Token);
            }
        }
    }

    // Docker gives a container that it finds dead after a start of the host a status of its own making, and one that it stopped for it that of the signal.
    private static bool WasEndedByReboot(DockerContainer container) =>
        container.State.ExitCode > FirstBySignal && container.Config?.Labels?.GetValueOrDefault(ContainerRequest.BootLabel) is { } boot && boot != ProcessIdentity.CurrentBoot;

    private bool IsOurs(DockerContainer container) =>
        container.Config?.Labels is { } labels && labels.GetValueOrDefault(ContainerRequest.JobLabel) == spool.JobId.ToString();

    private void Set(Execution execution)
    {
        _now = execution;
        changed();
    }

    /// <inheritdoc/>
    public void Dispose() => _ended.Cancel();
}
