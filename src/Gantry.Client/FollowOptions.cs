using System.Globalization;

namespace Gantry.Client;

/// <summary>What of a run to follow.</summary>
public sealed record FollowOptions
{
    /// <summary>Replica, from 0.</summary>
    public int Replica { get; init; }
    /// <summary>Job within the replica, from 0.</summary>
    public int Job { get; init; }
    /// <summary>Whether to send changes of status.</summary>
    public bool Status { get; init; } = true;
    /// <summary>Whether to send output.</summary>
    public bool Logs { get; init; } = true;
    /// <summary>Whether to wait for more; false ends with what is stored now.</summary>
    public bool Follow { get; init; } = true;
    /// <summary>Only output since then.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The attempt to begin with; null for the latest.</summary>
    public Guid? Submission { get; init; }
    /// <summary>Where in that attempt's output to begin.</summary>
    public long Offset { get; init; }

    /// <summary>The same, going on after the output that was seen.</summary>
    public FollowOptions After(RunEvent.Output seen) => this with { Submission = seen.Submission, Offset = seen.NextOffset, Since = null };

    internal string Query
    {
        get
        {
            var query = string.Create(CultureInfo.InvariantCulture,
                $"replica={Replica}&job={Job}&status={Flag(Status)}&logs={Flag(Logs)}&follow={Flag(Follow)}");
            if (Submission is { } submission)
                query += string.Create(CultureInfo.InvariantCulture, $"&submission={submission}&log_offset={Offset}");
            if (Since is { } since)
                query += "&since=" + Uri.EscapeDataString(since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            return query;
        }
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
