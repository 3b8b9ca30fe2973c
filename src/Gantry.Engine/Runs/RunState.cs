using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>A run as decisions see it.</summary>
public sealed record RunState
{
    /// <summary>The run's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Its status.</summary>
    public required RunStatus Status { get; init; }
    /// <summary>Why it is ending, or ended.</summary>
    public RunTerminationReason? TerminationReason { get; init; }
    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
    /// <summary>When it is due: by its schedule, or by a retry's backoff. Only while pending.</summary>
    public DateTimeOffset? NextTriggeredAt { get; init; }
    /// <summary>
    /// Attempts that failed one after another right before the latest submission, as <see cref="Backoff.FailedInARow"/> counts them
    /// from the run's earlier submissions. Null when they were not looked at: then every earlier submission counts.
    /// </summary>
    public int? FailedInARow { get; init; }
    /// <summary>What its configuration says about its life.</summary>
    public required RunPolicy Policy { get; init; }
}

/// <summary>What a run's configuration says about its life.</summary>
public sealed record RunPolicy
{
    /// <summary>Jobs of the run (nodes).</summary>
    public required int Nodes { get; init; }
    /// <summary>Retry policy; null for none.</summary>
    public RetryPolicy? Retry { get; init; }
    /// <summary>When a multi-node run is done.</summary>
    public StopCriteria StopCriteria { get; init; }
    /// <summary>In which order its jobs start.</summary>
    public StartupOrder StartupOrder { get; init; }
    /// <summary>Cron expressions in UTC; null for a run that starts at once and ends.</summary>
    public IReadOnlyList<string>? Schedule { get; init; }
    /// <summary>Whether it is of interest how long nobody was attached.</summary>
    public bool IsDevEnvironment { get; init; }
    /// <summary>How long its job goes on while nobody is attached; null for ever.</summary>
    public TimeSpan? InactivityDuration { get; init; }
}

/// <summary>The latest submission of a job, as decisions see it.</summary>
public sealed record JobState
{
    /// <summary>The submission's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>The node's number, from 0.</summary>
    public required int JobNum { get; init; }
    /// <summary>The attempt's number, from 0, over the whole life of the run.</summary>
    public required int SubmissionNum { get; init; }
    /// <summary>Its status.</summary>
    public required JobStatus Status { get; init; }
    /// <summary>Why it is ending, or ended.</summary>
    public JobTerminationReason? TerminationReason { get; init; }
    /// <summary>More about why, in a sentence.</summary>
    public string? TerminationMessage { get; init; }
    /// <summary>When this submission was created.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
    /// <summary>When its process started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>Whether it was ever given to a host (and so may run there although nothing was heard of it yet).</summary>
    public bool Placed { get; init; }
    /// <summary>The latest word of its agent; null when there was none.</summary>
    public ObservedState? Observed { get; init; }
    /// <summary>Exit status that the agent reported; 128 + n for signal n.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>The signal that ended its process, as the agent reported.</summary>
    public int? Signal { get; init; }
    /// <summary>Error that the agent (or the server's log store) reported.</summary>
    public string? Error { get; init; }
    /// <summary>How long it may run; null for no limit.</summary>
    public TimeSpan? MaxDuration { get; init; }
    /// <summary>Since when nobody is attached to it; null while somebody is, and where that is not of interest.</summary>
    public DateTimeOffset? InactiveSince { get; init; }

    /// <summary>The submission as it is once the step was applied.</summary>
    public JobState After(JobStep step) => this with
    {
        Status = step.Status,
        TerminationReason = step.TerminationReason ?? TerminationReason,
        TerminationMessage = step.Message ?? TerminationMessage,
        FinishedAt = step.FinishedAt ?? FinishedAt,
    };
}
