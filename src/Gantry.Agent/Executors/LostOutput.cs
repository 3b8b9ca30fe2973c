using Gantry.Agent.Spool;

namespace Gantry.Agent.Executors;

/// <summary>Why not all of a job's output is in its log.</summary>
internal static class LostOutput
{
    /// <summary>Docker had no room for it. The job ran on, and its end is its own.</summary>
    public const string ByDocker =
        "Docker's disk was full while the job ran, and Docker dropped what it wrote then: its log has gaps. Make room on the host (docker system df).";

    /// <summary>Docker was away at the end. What a container writes then waits in a pipe, and goes with the container.</summary>
    public const string WithDocker = "Docker was away when the job ended: what it wrote last may be missing from its log.";

    /// <summary>An end with the reason that is in the job's spool.</summary>
    public static Execution Explain(JobSpool spool, Execution ended)
    {
        var complaint = SpoolFiles.Text(spool.OutputErrorPath) ?? "";
        var full = complaint.Contains("No space left", StringComparison.Ordinal) || complaint.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase);
        return ended with
        {
            DiskFull = full,
            Problem = full
                ? "The host's disk was full: the job's output could not be kept, and the job ended. Make room under the agent's spool, then run it again."
                : "The job's output may be incomplete: the process that wrote it to the host's disk was ended.",
        };
    }
}
