using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors;

/// <summary>
/// One way to run jobs: a process, a container, a job of another scheduler. It keeps no state of its own: all is in the job's
/// spool and in the operating system, so that any agent can go on where another one died.
/// </summary>
internal interface IExecutor
{
    /// <summary>Makes all that a start needs. Nothing runs yet; may be repeated. What takes long is begun, and whoever made the executor hears when to ask again.</summary>
    /// <exception cref="StartRefusedException">The job can not be started, and why.</exception>
    /// <exception cref="IOException">The spool can not be written.</exception>
    Preparation Prepare(JobSpool spool, JobOrder order);

    /// <summary>How far the image of a job is that is being prepared; null where there is none, or nothing is known.</summary>
    ImagePullProgress? ImagePull(JobSpool spool) => null;

    /// <summary>Starts a claimed job; returns the process to watch, or 0.</summary>
    /// <exception cref="IOException">Nothing was started.</exception>
    int Start(JobSpool spool);

    /// <summary>What a claimed job does.</summary>
    /// <param name="spool">The job.</param>
    /// <param name="started">What <see cref="Start"/> gave to this agent; 0 when another agent started it.</param>
    Execution Observe(JobSpool spool, int started);

    /// <summary>Asks a running job to end (SIGTERM to all of it).</summary>
    void Terminate(JobSpool spool, bool witnessed);

    /// <summary>Ends all that lives of a job; tells what there was to end. What was there may take a moment to go.</summary>
    /// <param name="spool">The job.</param>
    /// <param name="witnessed">
    /// Whether this agent saw the job run. If not, the number of its session may long be another's, and only processes that carry the job's mark are ended.
    /// </param>
    Leftovers Kill(JobSpool spool, bool witnessed);

    /// <summary>Removes what a job has outside of its spool, and gives up what is being made for it.</summary>
    void Forget(JobSpool spool);

    /// <summary>Whether something is still writing the job's output to the spool.</summary>
    bool HasOutputLeft(JobSpool spool);

    /// <summary>Lets go of the output of a job that has ended although something, which can not be found, still holds it open.</summary>
    void ReleaseOutput(JobSpool spool);
}

/// <summary>How far the making of what a start needs is.</summary>
internal enum Preparation
{
    /// <summary>The job can be started.</summary>
    Ready,
    /// <summary>Not yet.</summary>
    Underway,
    /// <summary>Not yet: its image is being fetched.</summary>
    Pulling,
}

/// <summary>What lives of a job.</summary>
internal enum Leftovers
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>There is a process of which it can not be said yet.</summary>
    Unsure,
    /// <summary>Something.</summary>
    Some,
}

/// <summary>How far a claimed job is.</summary>
internal enum ExecutionPhase
{
    /// <summary>Its wrapper is on the way.</summary>
    Starting,
    /// <summary>Its main process runs.</summary>
    Running,
    /// <summary>Its main process ended, its output is still being written.</summary>
    Ending,
    /// <summary>It ended and the record is complete.</summary>
    Ended,
    /// <summary>Neither a process nor a record.</summary>
    Gone,
    /// <summary>It could not be started, and nothing of it ran.</summary>
    NotStarted,
}

/// <summary>What a claimed job does.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Watch">Process whose end is the end of the job; 0 when unknown.</param>
/// <param name="Pid">Main process.</param>
/// <param name="StartedAt">When the main process started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="ExitStatus">Its exit status.</param>
/// <param name="Problem">What went wrong, in a sentence.</param>
/// <param name="DiskFull">Whether that was a full disk.</param>
internal sealed record Execution(
    ExecutionPhase Phase, int Watch = 0, int? Pid = null, DateTimeOffset? StartedAt = null, DateTimeOffset? FinishedAt = null,
    int? ExitStatus = null, string? Problem = null, bool DiskFull = false);

/// <summary>A job can not be started; the message is a sentence for the user.</summary>
internal sealed class StartRefusedException(string sentence) : Exception(sentence);
