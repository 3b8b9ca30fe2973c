using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Jobs;

/// <summary>Why a job could not be started, as told to its server.</summary>
internal static class StartFailure
{
    /// <summary>State and sentence for what was thrown before anything ran.</summary>
    public static (ObservedState State, string Sentence) Of(Exception exception) => exception switch
    {
        NoRoomException => (ObservedState.DiskFull, exception.Message),
        IOException io when Libc.IsDiskFull(io) =>
            (ObservedState.DiskFull, "The disk that holds the agent's spool is full: the job was not started. Make room, then run it again."),
        _ => (ObservedState.FailedToStart, exception.Message),
    };
}
