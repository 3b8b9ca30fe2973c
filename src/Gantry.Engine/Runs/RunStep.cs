using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>What should change, in one transaction.</summary>
public sealed record RunStep
{
    /// <summary>Nothing.</summary>
    public static RunStep None { get; } = new();

    /// <summary>The run's new status, or null to leave it.</summary>
    public RunStatus? Status { get; init; }
    /// <summary>Why it ends; set together with a status that ends it.</summary>
    public RunTerminationReason? TerminationReason { get; init; }
    /// <summary>The error in words, for a run that fails.</summary>
    public string? Error { get; init; }
    /// <summary>Set with <see cref="RunStatus.Pending"/>: when it is due.</summary>
    public DateTimeOffset? NextTriggeredAt { get; init; }
    /// <summary>Changes to existing submissions.</summary>
    public IReadOnlyList<JobStep> Jobs { get; init; } = [];
    /// <summary>Whether to create a new submission of every job (first start, schedule, retry).</summary>
    public bool SubmitJobs { get; init; }
    /// <summary>When to ask again although nothing happened: the next deadline (max_duration, schedule, backoff). Null for never.</summary>
    public DateTimeOffset? WakeAt { get; init; }
    /// <summary>Whether it changes anything.</summary>
    public bool IsEmpty => Status is null && Jobs.Count == 0 && !SubmitJobs;
}

/// <summary>A change to one submission.</summary>
public sealed record JobStep
{
    /// <summary>The submission's id.</summary>
    public required Guid JobId { get; init; }
    /// <summary>Its new status.</summary>
    public required JobStatus Status { get; init; }
    /// <summary>Why it ends.</summary>
    public JobTerminationReason? TerminationReason { get; init; }
    /// <summary>More about why, in a sentence.</summary>
    public string? Message { get; init; }
    /// <summary>Exit status, once known.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>When it ended; set with a finished status.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
