using FsCheck;
using FsCheck.Fluent;
using Gantry.Model.Configurations;
using Gantry.Model.Values;
using static Gantry.Model.Tests.Generate;

namespace Gantry.Model.Tests;

/// <summary>Random tasks and profiles, as a reader could have given them: nothing that the language refuses, no value that equals a default.</summary>
internal static class GenerateTask
{
    private static readonly CpuSpec DefaultCpu = CpuSpecText.Default;
    private static readonly GpuSpec DefaultGpu = GpuSpecText.Default;

    public static Gen<ResourcesSpec> Resources { get; } =
        from cpu in OrNone(Cpu.Where(cpu => cpu != DefaultCpu))
        from memory in OrNull(Sizes.Where(size => size != new Range<double>(8, null)))
        from shm in OrNull(Size)
        from gpu in OrNone(Gpu.Where(gpu => gpu != DefaultGpu))
        from disk in OrNull(Sizes.Where(size => size != new Range<double>(100, null)))
        select new ResourcesSpec { Cpu = cpu, Memory = memory, ShmSize = shm, Gpu = gpu, Disk = disk };

    public static Gen<RetrySpec> Retry { get; } = Gen.OneOf(
        Gen.Elements(true, false).Select(enabled => new RetrySpec { Enabled = enabled }),
        from events in OrNone(Few(AnyOf<RetryEvent>()).Select(list => (IReadOnlyList<RetryEvent>)[.. list.Distinct()]))
        from duration in OrNull(Duration)
        select new RetrySpec { OnEvents = events, Duration = duration });

    public static Gen<ScheduleSpec> Schedule { get; } =
        from cron in Gen.Elements("15 23 * * *", "*/10 8-10 * * mon-fri", "0 0 1,15 jan-mar *").NonEmptyListOf()
        from isList in Gen.Elements(true, false)
        select isList ? new ScheduleSpec([.. cron], true) : new ScheduleSpec([cron[0]]);

    public static Gen<InstanceSelector> Instance { get; } = Gen.OneOf(
        Word.Select(name => new InstanceSelector(Name: name)),
        Word.Select(name => new InstanceSelector(Hostname: name)),
        from fleet in Fleet from number in Count select new InstanceSelector(Fleet: fleet, InstanceNum: number));

    public static Gen<Profile> Profile { get; } =
        from backends in OrNone(Few(Gen.Elements([.. BackendNames.All])))
        from texts in OrNone(Few(Text)).ArrayOf(3)
        from reservation in OrNone(Text)
        from spot in OrNull(AnyOf<SpotPolicy>())
        from retry in OrNone(Retry)
        from durations in OrNull(Generate.DurationOrOff).ArrayOf(3)
        from price in OrNull(Gen.Choose(1, 10_000).Select(cents => cents / 100.0))
        from creation in OrNull(AnyOf<CreationPolicy>())
        from utilization in OrNone(Gen.Choose(0, 100).Select(percent => new UtilizationPolicy(percent, TimeSpan.FromMinutes(5 + percent))))
        from order in OrNull(AnyOf<StartupOrder>())
        from criteria in OrNull(AnyOf<StopCriteria>())
        from schedule in OrNone(Schedule)
        from fleets in OrNone(Few(Fleet))
        from instances in OrNone(Few(Instance))
        from tags in OrNone(Few(Gen.Zip(Word, Text)).Select(Tags))
        from name in Word
        from isDefault in Gen.Elements(true, false)
        select new Profile
        {
            Name = name,
            Default = isDefault,
            Backends = backends,
            Regions = texts[0],
            AvailabilityZones = texts[1],
            InstanceTypes = texts[2],
            Reservation = reservation,
            SpotPolicy = spot,
            Retry = retry,
            MaxDuration = durations[0],
            StopDuration = durations[1],
            IdleDuration = durations[2],
            MaxPrice = price,
            CreationPolicy = creation,
            UtilizationPolicy = utilization,
            StartupOrder = order,
            StopCriteria = criteria,
            Schedule = schedule,
            Fleets = fleets,
            Instances = instances,
            Tags = tags,
        };

    public static Gen<NodeGroup> Group { get; } =
        from name in OrNone(Word)
        from nodes in Gen.Choose(1, 8)
        from resources in Resources
        from commands in Text.NonEmptyListOf()
        from ports in Few(Port)
        select new NodeGroup { Name = name, Nodes = nodes, Resources = resources, Commands = [.. commands], Ports = ports };

    public static Gen<TaskConfiguration> Task { get; } =
        from profile in Profile
        from name in OrNone(Word)
        from groups in OrNone(Group.NonEmptyListOf().Select(list => (IReadOnlyList<NodeGroup>)[.. list.Take(2)]))
        from nodes in OrNull(Gen.Choose(2, 64))
        from commands in Text.NonEmptyListOf()
        from ports in Few(Port)
        from image in Gen.Choose(0, 3)
        from texts in OrNone(Text).ArrayOf(3)
        from flags in OrNull(Gen.Elements(true, false)).ArrayOf(6)
        from shell in OrNone(Gen.Elements("sh", "bash", "/usr/bin/zsh"))
        from directory in OrNone(Gen.OneOf(Generate.Path, Gen.Elements("~", "~/work")))
        from python in Gen.Elements("3.9", "3.10", "3.14")
        from env in Variable.ListOf()
        from resources in Resources
        from priority in OrNull(Gen.Choose(0, 100))
        from volumes in Few(Mount)
        from repo in OrNone(Repo)
        from files in Few(ShortFile)
        from setup in Few(Text)
        select With(profile, new TaskConfiguration
        {
            Name = name,
            Nodes = groups is null ? nodes : null,
            Groups = groups,
            Ports = groups is null ? ports : [],
            Commands = groups is null ? [.. commands] : [],
            Image = image == 1 ? "debian:bookworm" : null,
            User = texts[0],
            Privileged = flags[0] == true,
            Entrypoint = groups is null ? texts[1] : null,
            WorkingDir = directory,
            HomeDir = texts[2] ?? "/root",
            RegistryAuth = texts[0] is { } user ? new RegistryAuth(user, texts[2] ?? "") : null,
            Python = image == 2 ? python : null,
            Nvcc = image is 1 or 3 ? null : flags[1],
            SingleBranch = flags[2],
            Env = new EnvironmentVariables(env.DistinctBy(variable => variable.Key)),
            Shell = shell,
            Resources = resources,
            Priority = priority,
            Volumes = volumes,
            Docker = image == 3 ? true : null,
            Repos = repo is null ? [] : [repo],
            Files = files,
            Dstack = flags[3] == true,
            Setup = setup,
        });

    private static Gen<string> Fleet => Gen.OneOf(Word, Gen.Zip(Word, Word).Select(pair => $"{pair.Item1}/{pair.Item2}"));

    private static IReadOnlyDictionary<string, string> Tags(IReadOnlyList<(string Key, string Value)> pairs) =>
        pairs.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static TaskConfiguration With(Profile profile, TaskConfiguration task) => task with
    {
        Backends = profile.Backends,
        Regions = profile.Regions,
        AvailabilityZones = profile.AvailabilityZones,
        InstanceTypes = profile.InstanceTypes,
        Reservation = profile.Reservation,
        SpotPolicy = profile.SpotPolicy,
        Retry = profile.Retry,
        MaxDuration = profile.MaxDuration,
        StopDuration = profile.StopDuration,
        MaxPrice = profile.MaxPrice,
        CreationPolicy = profile.CreationPolicy,
        IdleDuration = profile.IdleDuration,
        UtilizationPolicy = profile.UtilizationPolicy,
        StartupOrder = profile.StartupOrder,
        StopCriteria = profile.StopCriteria,
        Schedule = profile.Schedule,
        Fleets = profile.Fleets,
        Instances = profile.Instances,
        Tags = profile.Tags,
    };
}
