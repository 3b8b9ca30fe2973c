using System.Text.Json.Serialization;
using Gantry.Model.Link;

namespace Gantry.Agent.Spool;

/// <summary>What the wrapper writes when the job's main process ended, or the agent when its container did; complete when <see cref="OutputStatus"/> is there.</summary>
internal sealed record ExitRecord
{
    /// <summary>Exit status of the main process, 128 + n for signal n.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>Exit status of the cat that wrote its output: 0 when every byte is in the file.</summary>
    public int? OutputStatus { get; init; }
    /// <summary>When a container started, by Docker's word; of a process, the file <c>main</c> tells.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When a container ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>Whether the kernel ended something of a container for want of memory.</summary>
    public bool? OutOfMemory { get; init; }
    /// <summary>Whether Docker was away when a container ended.</summary>
    public bool? EndUnseen { get; init; }
    /// <summary>Whether Docker dropped some of a container's output for want of room.</summary>
    public bool? OutputGaps { get; init; }
}

/// <summary>That the job is to end; kept, so that an agent that was killed goes on with it.</summary>
internal sealed record StopRecord
{
    /// <summary>When the agent heard of it.</summary>
    public required DateTimeOffset RequestedAt { get; init; }
    /// <summary>When what is left is killed; null for never.</summary>
    public DateTimeOffset? Deadline { get; init; }
    /// <summary>Whether SIGTERM was sent.</summary>
    public bool Signalled { get; init; }
}

/// <summary>An end that the agent itself determined: not started, lost, no room.</summary>
internal sealed record ResultRecord
{
    /// <summary>The state.</summary>
    public required ObservedState State { get; init; }
    /// <summary>Why, in a sentence.</summary>
    public required string Error { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Who this spool's agent is.</summary>
internal sealed record AgentIdentity
{
    /// <summary>The agent's id, made with the spool.</summary>
    public required Guid AgentId { get; init; }
}

/// <summary>Serialization of the spool's own files. Orders are as on the link.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExitRecord))]
[JsonSerializable(typeof(StopRecord))]
[JsonSerializable(typeof(ResultRecord))]
[JsonSerializable(typeof(AgentIdentity))]
internal sealed partial class SpoolJson : JsonSerializerContext;
