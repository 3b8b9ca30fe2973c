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
        RepoData = RunRepo.WithoutDiff(spec.RepoData) ?? VirtualRepo,
        Configuration = spec.Configuration is RunConfiguration run ? Merge(run, spec.Profile) : spec.Configuration,
    };

    private static RunConfiguration Merge(RunConfiguration run, Profile? profile) => WithNodes(run) with
    {
        Priority = run.Priority ?? 0,
        Backends = run.Backends ?? profile?.Backends,
        Regions = run.Regions ?? profile?.Regions,
        AvailabilityZones = run.AvailabilityZones ?? profile?.AvailabilityZones,
        InstanceTypes = run.InstanceTypes ?? profile?.InstanceTypes,
        Reservation = run.Reservation ?? profile?.Reservation,
        SpotPolicy = run.SpotPolicy ?? profile?.SpotPolicy,
        Retry = run.Retry ?? profile?.Retry,
        MaxDuration = run.MaxDuration ?? profile?.MaxDuration,
        StopDuration = run.StopDuration ?? profile?.StopDuration,
        MaxPrice = run.MaxPrice ?? profile?.MaxPrice,
        CreationPolicy = run.CreationPolicy ?? profile?.CreationPolicy,
        IdleDuration = run.IdleDuration ?? profile?.IdleDuration,
        UtilizationPolicy = run.UtilizationPolicy ?? profile?.UtilizationPolicy,
        StartupOrder = run.StartupOrder ?? profile?.StartupOrder,
        StopCriteria = run.StopCriteria ?? profile?.StopCriteria,
        Schedule = run.Schedule ?? profile?.Schedule,
        Fleets = run.Fleets ?? profile?.Fleets,
        Instances = run.Instances ?? profile?.Instances,
        Tags = run.Tags ?? profile?.Tags,
    };

    private static RunConfiguration WithNodes(RunConfiguration run) => run is TaskConfiguration { Nodes: null, Groups: null } task ? task with { Nodes = 1 } : run;
}
