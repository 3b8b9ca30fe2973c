using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>When a volume is deleted by itself.</summary>
public static class VolumeCleanup
{
    /// <summary>When its <c>auto_cleanup_duration</c> is over; null while a job has it, and where it has none. One that was never used is counted from its making.</summary>
    public static DateTimeOffset? DueAt(VolumeConfiguration volume, DateTimeOffset createdAt, DateTimeOffset? lastUsedAt, bool inUse) =>
        inUse || volume.AutoCleanupDuration?.Duration is not { } patience ? null
        : (lastUsedAt is { } used && used > createdAt ? used : createdAt) is var since && DateTimeOffset.MaxValue - since > patience ? since + patience
        : null;
}
