using System.Text.Json;
using Gantry.Agent.Content;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;
using Gantry.Agent.Volumes;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Process;

/// <summary>Runs a job as a process of this host: a wrapper shell in a session of its own, and under it the job in another one. See Wrapper.sh.</summary>
internal sealed class ProcessExecutor(string wrapperPath, HostTools tools, int jobUmask, JobContents contents) : IExecutor
{
    /// <inheritdoc/>
    public Preparation Prepare(JobSpool spool, JobOrder order)
    {
        var account = order.User is { } user ? UnixAccount.ForJob(user) : null;
        var setpriv = account is null ? null : tools.SetPriv ?? throw new StartRefusedException(
            $"The job is to run as user {order.User}, which needs the program setpriv (package util-linux), and this host has none.");
        var directory = WorkingDirectory.Prepare(spool, order, account);
        JobVolumes.Ensure(order);
        var brought = contents.Prepare(spool, order, new HostPlace(spool, directory, account), mayReadHost: account is null);
        if (brought != Preparation.Ready)
            return brought;
        var command = CommandLine.Fit(spool, order.Command);
        StartScript.WriteHostfile(spool, order, account);
        NodeSshClient.Make(spool, order, account);
        var script = StartScript.Text(spool, order, command, directory, account, setpriv, jobUmask);
        SpoolFiles.WriteNew(spool.StartPath, System.Text.Encoding.UTF8.GetBytes(script));
        spool.PrepareRecords();
        Directory.CreateDirectory(Path.GetDirectoryName(spool.PipePath)!);
        File.Delete(spool.PipePath);
        if (Libc.mkfifo(spool.PipePath, 0b110_000_000) != 0)
            throw Libc.Error("Cannot make the job's pipe");
        // So that the job itself may open /dev/stdout and /dev/stderr.
        if (account is not null && Libc.chown(spool.PipePath, account.Uid, account.Gid) != 0)
            throw Libc.Error("Cannot hand the job's pipe to its user");
        return Preparation.Ready;
    }

    /// <summary>Writes the script by which others enter a running job: its environment, directory and user. Returns its path.</summary>
    /// <exception cref="StartRefusedException">The job's surroundings are gone.</exception>
    /// <exception cref="IOException">It can not be written.</exception>
    public string WriteEntry(JobSpool spool, JobOrder order)
    {
        var account = order.User is { } user ? UnixAccount.ForJob(user) : null;
        var script = StartScript.EntryText(spool, order, WorkingDirectory.Prepare(spool, order, account), account, tools.SetPriv, jobUmask);
        // A shell reads its script as it goes: what is there is replaced, never changed.
        var aside = $"{spool.EntryPath}.{Guid.NewGuid():N}";
        SpoolFiles.WriteNew(aside, System.Text.Encoding.UTF8.GetBytes(script));
        File.Move(aside, spool.EntryPath, overwrite: true);
        return spool.EntryPath;
    }

    /// <summary>What jobs start from.</summary>
    public HostTools Tools => tools;

    /// <inheritdoc/>
    public int Start(JobSpool spool) =>
        Spawn.InOwnSession(
            [tools.Shell, wrapperPath, spool.Directory, tools.SetSid, tools.Cat, tools.Mv], BaseEnvironment.Block(), spool.WrapperErrorPath);

    /// <inheritdoc/>
    public Execution Observe(JobSpool spool, int started)
    {
        if (CompleteExit(spool) is { } known)
            return known;
        if (SpoolFiles.Text(spool.BegunPath) is not { } begun)
            return ObserveUnbegun(spool, started);
        if (WrapperOf(spool, begun) is { } wrapper)
            return ObserveLive(spool, wrapper);
        // It may have finished between the two looks.
        return CompleteExit(spool) ?? new Execution(ExecutionPhase.Gone, StartedAt: StartedAt(spool), Problem:
            "The process that kept the job's record is gone without having written one (it was killed, or the host was restarted), so how the job ended is not known.");
    }

    /// <inheritdoc/>
    public void Terminate(JobSpool spool, bool witnessed) => GroupOf(spool, witnessed)?.Signal(Libc.SIGTERM);

    /// <inheritdoc/>
    public Leftovers Kill(JobSpool spool, bool witnessed) => GroupOf(spool, witnessed)?.Signal(Libc.SIGKILL) ?? Leftovers.None;

    /// <summary>Ends what lives of jobs that ended while no agent was there.</summary>
    public static void KillStrays(IReadOnlySet<Guid> endedJobs)
    {
        if (endedJobs.Count == 0)
            return;
        var snapshot = ProcessSnapshot.Take();
        foreach (var stat in snapshot.Living)
        {
            if (snapshot.MarkOf(stat) is { } job && endedJobs.Contains(job))
                _ = Libc.kill(stat.Pid, Libc.SIGKILL);
        }
    }

    /// <inheritdoc/>
    public void Forget(JobSpool spool)
    {
        contents.Forget(spool.JobId);
        File.Delete(StartScript.SharedHostfile(spool.JobId));
        NodeSshClient.Remove(spool.JobId);
    }

    /// <inheritdoc/>
    public bool HasOutputLeft(JobSpool spool) => OutputKeepers(spool).Any();

    /// <inheritdoc/>
    public void ReleaseOutput(JobSpool spool)
    {
        foreach (var stat in OutputKeepers(spool))
            _ = Libc.kill(stat.Pid, Libc.SIGTERM);
    }

    // What is in the wrapper's session beside the wrapper: its cat.
    private static IEnumerable<ProcStat> OutputKeepers(JobSpool spool) =>
        Identity(spool) is { } wrapper && wrapper.BootId == ProcessIdentity.CurrentBoot
            ? ProcessSnapshot.Take().Living.Where(s => s.Session == wrapper.Pid && s.Pid != wrapper.Pid && s.StartTicks >= wrapper.StartTicks)
            : [];

    private static Execution ObserveUnbegun(JobSpool spool, int started)
    {
        // By its pid first: on a busy host a new process is without a command line for a moment. It is our child, so the pid is no other's until we took its status.
        if (started != 0 && ProcStat.Of(started) is { HasEnded: false })
            return new Execution(ExecutionPhase.Starting, started);
        if (ProcessTable.FindWrapper(spool.Directory) is { } onItsWay)
            return new Execution(ExecutionPhase.Starting, onItsWay.Pid);
        // Nobody is there to begin. Creating the file ourselves makes sure that nobody ever will.
        if (SpoolFiles.TryCreate(spool.BegunPath))
            return new Execution(ExecutionPhase.Gone, Problem: "The agent ended while it started the job. The job did not run.");
        return new Execution(ExecutionPhase.Starting);
    }

    private static Execution ObserveLive(JobSpool spool, int wrapper)
    {
        if (MainOf(spool) is not { } main)
            return new Execution(ExecutionPhase.Starting, wrapper);
        var phase = DraftOf(spool)?.ExitStatus is null ? ExecutionPhase.Running : ExecutionPhase.Ending;
        return new Execution(phase, wrapper, main.Pid, StartedAt(spool), Problem: string.IsNullOrWhiteSpace(SpoolFiles.Text(spool.OutputErrorPath)) ? null : "Its output can not be kept.");
    }

    private static Execution? CompleteExit(JobSpool spool)
    {
        ExitRecord? record;
        try
        {
            record = spool.ReadExit();
        }
        catch (JsonException)
        {
            return new Execution(ExecutionPhase.Gone, StartedAt: StartedAt(spool), Problem: "The job's exit record is damaged, so how the job ended is not known.");
        }
        if (record is not { ExitStatus: { } status, OutputStatus: { } output })
            return null;
        var ended = new Execution(ExecutionPhase.Ended, 0, MainOf(spool)?.Pid, StartedAt(spool), FinishedAt(spool), status);
        return output == 0 ? ended : LostOutput.Explain(spool, ended);
    }

    private static ExitRecord? DraftOf(JobSpool spool)
    {
        try
        {
            return spool.ReadExit();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? WrapperOf(JobSpool spool, string begun)
    {
        if (ProcessIdentity.Parse(begun) is { } identity)
            return identity.IsAlive ? identity.Pid : null;
        return ProcessTable.FindWrapper(spool.Directory)?.Pid;
    }

    /// <summary>All processes of a job that began in this boot; null when none did.</summary>
    public static ProcessGroup? GroupOf(JobSpool spool, bool witnessed)
    {
        if (Identity(spool) is not { } wrapper || wrapper.BootId != ProcessIdentity.CurrentBoot)
            return null;
        var main = MainOf(spool);
        return new ProcessGroup(spool.JobId, main is { } known && IsItsSession(known, witnessed) ? known.Pid : 0, wrapper.Pid, wrapper.StartTicks);
    }

    // The number of the main process, which is that of its session, is given to another process some time after its end.
    private static bool IsItsSession(ProcStat main, bool witnessed) =>
        ProcStat.Of(main.Pid) is { } now ? now.StartTicks == main.StartTicks : witnessed;

    private static ProcessIdentity? Identity(JobSpool spool) => SpoolFiles.Text(spool.BegunPath) is { } text ? ProcessIdentity.Parse(text) : null;

    private static ProcStat? MainOf(JobSpool spool) => SpoolFiles.Text(spool.MainPath) is { } text ? ProcStat.Parse(text.TrimEnd()) : null;

    // The records' own times: they are right also when no agent was there.
    private static DateTimeOffset? StartedAt(JobSpool spool) => MainOf(spool) is null ? null : WrittenAt(spool.MainPath);

    private static DateTimeOffset? FinishedAt(JobSpool spool) => WrittenAt(spool.ExitPath) ?? WrittenAt(spool.ExitDraftPath);

    private static DateTimeOffset? WrittenAt(string path) => File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : null;
}
