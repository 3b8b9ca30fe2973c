using Gantry.Agent.Executors;
using Gantry.Agent.Leases;
using Gantry.Agent.Logs;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;
using Gantry.Model.Link;

namespace Gantry.Agent.Jobs;

/// <summary>What a job's keeper works with, and whom it tells.</summary>
internal sealed class JobSurroundings
{
    /// <summary>Below this many free bytes of disk no job is started: its own files must fit, and a little of its log.</summary>
    public const long LeastRoom = 512 << 10;

    public required AgentSpool Spool { get; init; }
    public required ExecutorSet Executors { get; init; }
    public required LeaseBook Leases { get; init; }
    public required NodeSshd NodeSshd { get; init; }
    public required SpoolWatcher Watcher { get; init; }
    public required TimeProvider Time { get; init; }
    public required AgentLog Log { get; init; }
    /// <summary>Its state changed.</summary>
    public required Action<JobKeeper> Changed { get; init; }
    /// <summary>Its log is longer.</summary>
    public required Action<JobKeeper> LogGrew { get; init; }
    /// <summary>It is no more.</summary>
    public required Action<JobKeeper> Forgotten { get; init; }

    /// <summary>How a job ended: once its lease is over, that goes before whatever else is known, since its server reckons with it.</summary>
    public (ObservedState State, string? Error) EndOf(JobSpool spool, JobOrder? order, ObservedState state, string? error)
    {
        var isByLease = order is { Leased: true } && (spool.ReadLeaseOver() is not null || (state == ObservedState.FailedToStart && !Leases.Allows(order)));
        return isByLease ? (ObservedState.LeaseEnded, error == JobReport.Rebooted ? error : spool.IsClaimed ? JobReport.LeaseOver : JobReport.LeaseOverBeforeStart) : (state, error);
    }

    /// <summary>Refuses when the disk is nearly full.</summary>
    /// <exception cref="NoRoomException">It is.</exception>
    public void RequireRoom()
    {
        var free = Spool.FreeBytes;
        if (free < LeastRoom)
            throw new NoRoomException($"The disk that holds the agent's spool has {free >> 10} KiB left, less than the {LeastRoom >> 10} KiB that a start needs: the job was not started. Make room, then run it again.");
    }
}

/// <summary>No room on the spool's disk; the message is a sentence for the user.</summary>
internal sealed class NoRoomException(string sentence) : IOException(sentence);
