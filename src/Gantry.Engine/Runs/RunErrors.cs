using System.Globalization;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>The sentences that say why a run failed, for a person.</summary>
internal static class RunErrors
{
    /// <summary>Why the attempt ended as it did.</summary>
    public static string Of(Attempt attempt, int nodes) => attempt switch
    {
        { Culprits: [var first, ..] } => nodes == 1 ? Because(first) : $"Node {Number(first.JobNum)}: {Because(first)}",
        _ => "All of its jobs ended without a word that explains it.",
    };

    /// <summary>Why the jobs that were still going on were stopped.</summary>
    public static string ForSiblings(Attempt attempt) => attempt switch
    {
        { Culprits: [var first, ..] } => $"Stopped because of node {Number(first.JobNum)}: {Because(first)}",
        { Is: Attempt.Standing.Succeeded } => "Stopped because the master is done.",
        _ => "Stopped with its run.",
    };

    /// <summary>Why the job ended.</summary>
    public static string Because(JobState job) => job switch
    {
        { TerminationReason: JobTerminationReason.ContainerExitedWithError, ExitStatus: { } status } =>
            $"Its process exited with status {Number(status)}." + (Sentences.Exited(status, job.Signal, job.Error) is { } more ? " " + more : ""),
        { TerminationReason: JobTerminationReason.ProcessLost } => Sentences.Lost(job.Error),
        { TerminationReason: JobTerminationReason.DiskFull } => job.Error ?? Sentences.DiskFull,
        { TerminationReason: JobTerminationReason.InstanceUnreachable } => job.Error ?? Sentences.LeaseEnded,
        { TerminationReason: JobTerminationReason.ExecutorError } => job.Error ?? Sentences.FailedToStart,
        { TerminationReason: JobTerminationReason.MaxDurationExceeded, MaxDuration: { } limit } => Sentences.MaxDurationExceeded(limit),
        { TerminationMessage: { } message } => message,
        { TerminationReason: { } reason } => $"It ended with {reason.WireName()}.",
        _ => "It ended without a reason.",
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
