using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>dstack's "effective run spec": the profile merged in (the configuration's own settings win), defaults filled.</summary>
internal static class EffectiveSpec
{
    /// <summary>The repo id of a run without a repo.</summary>
    public const string NoRepo = "none";

    private static readonly JsonElement VirtualRepo = JsonDocument.Parse("""{"repo_type":"virtual"}""").RootElement.Clone();

    public static RunSpec Of(RunSpec spec) => spec with
    {
        RunName = spec.RunName ?? spec.Configuration.Name,
        RepoId = spec.RepoId ?? NoRepo,
        RepoData = spec.RepoData ?? VirtualRepo,
        Configuration = spec.Configuration is TaskConfiguration task ? Merge(task, spec.Profile) : spec.Configuration,
    };

    private static TaskConfiguration Merge(TaskConfiguration task, Profile? profile) => task with
    {
        Nodes = task.Nodes ?? (task.Groups is null ? 1 : null),
        Priority = task.Priority ?? 0,
        Backends = task.Backends ?? profile?.Backends,
        Regions = task.Regions ?? profile?.Regions,
        AvailabilityZones = task.AvailabilityZones ?? profile?.AvailabilityZones,
        InstanceTypes = task.InstanceTypes ?? profile?.InstanceTypes,
        Reservation = task.Reservation ?? profile?.Reservation,
        SpotPolicy = task.SpotPolicy ?? profile?.SpotPolicy,
        Retry = task.Retry ?? profile?.Retry,
        MaxDuration = task.MaxDuration ?? profile?.MaxDuration,
        StopDuration = task.StopDuration ?? profile?.StopDuration,
        MaxPrice = task.MaxPrice ?? profile?.MaxPrice,
        CreationPolicy = task.CreationPolicy ?? profile?.CreationPolicy,
        IdleDuration = task.IdleDuration ?? profile?.IdleDuration,
        UtilizationPolicy = task.UtilizationPolicy ?? profile?.UtilizationPolicy,
        StartupOrder = task.StartupOrder ?? profile?.StartupOrder,
        StopCriteria = task.StopCriteria ?? profile?.StopCriteria,
        Schedule = task.Schedule ?? profile?.Schedule,
        Fleets = task.Fleets ?? profile?.Fleets,
        Instances = task.Instances ?? profile?.Instances,
        Tags = task.Tags ?? profile?.Tags,
    };
}
