using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

/// <summary>The settings that a profile and a run configuration share; the configuration's own win. A null means "not given".</summary>
public interface IProfileParameters
{
    /// <summary>Backends to consider.</summary>
    IReadOnlyList<string>? Backends { get; }
    /// <summary>Regions to consider.</summary>
    IReadOnlyList<string>? Regions { get; }
    /// <summary>Availability zones to consider.</summary>
    IReadOnlyList<string>? AvailabilityZones { get; }
    /// <summary>Cloud instance types to consider.</summary>
    IReadOnlyList<string>? InstanceTypes { get; }
    /// <summary>An existing reservation.</summary>
    string? Reservation { get; }
    /// <summary>Spot, on demand, or either.</summary>
    SpotPolicy? SpotPolicy { get; }
    /// <summary>When to try again.</summary>
    RetrySpec? Retry { get; }
    /// <summary>How long a job may run.</summary>
    DurationOrOff? MaxDuration { get; }
    /// <summary>How long a graceful stop may take.</summary>
    DurationOrOff? StopDuration { get; }
    /// <summary>Highest price, in dollars an hour.</summary>
    double? MaxPrice { get; }
    /// <summary>Reuse hosts only, or create them too.</summary>
    CreationPolicy? CreationPolicy { get; }
    /// <summary>How long an idle instance is kept.</summary>
    DurationOrOff? IdleDuration { get; }
    /// <summary>Stop a run that leaves its GPUs idle.</summary>
    UtilizationPolicy? UtilizationPolicy { get; }
    /// <summary>In which order a multi-node run's jobs start.</summary>
    StartupOrder? StartupOrder { get; }
    /// <summary>When a multi-node run is done.</summary>
    StopCriteria? StopCriteria { get; }
    /// <summary>Cron schedule.</summary>
    ScheduleSpec? Schedule { get; }
    /// <summary>Fleets to consider, by name (<c>project/name</c> for imported ones).</summary>
    IReadOnlyList<string>? Fleets { get; }
    /// <summary>Instances to consider.</summary>
    IReadOnlyList<InstanceSelector>? Instances { get; }
    /// <summary>Tags for cloud resources.</summary>
    IReadOnlyDictionary<string, string>? Tags { get; }
}
