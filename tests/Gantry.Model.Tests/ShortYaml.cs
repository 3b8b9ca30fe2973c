using System.Text;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>A task as a person could write it: block style, short forms where there are any, quotes where they are needed.</summary>
internal static class ShortYaml
{
    public static string Print(TaskConfiguration task)
    {
        var yaml = new StringBuilder("type: task\n");
        void Line(string key, string? value)
        {
            if (value is not null)
                yaml.Append(key).Append(": ").Append(value).Append('\n');
        }
        void List(string key, IEnumerable<string>? values) =>
            Line(key, values is null ? null : values.Any() ? string.Concat(values.Select(value => $"\n  - {value}")) : "[]");

        Line("name", task.Name);
        Line("nodes", task.Nodes?.ToString());
        List("groups", task.Groups?.Select(Group));
        List("ports", NoneIfEmpty(task.Ports)?.Select(PortMappingText.Print).Select(Quote));
        List("commands", NoneIfEmpty(task.Commands)?.Select(Quote));
        Line("image", task.Image);
        Line("user", task.User is { } user ? Quote(user) : null);
        Line("privileged", task.Privileged ? "yes" : null);
        Line("entrypoint", task.Entrypoint is { } entrypoint ? Quote(entrypoint) : null);
        Line("working_dir", task.WorkingDir is { } directory ? Quote(directory) : null);
        Line("home_dir", Quote(task.HomeDir));
        Line("registry_auth", task.RegistryAuth is { } auth ? $"{{username: {Quote(auth.Username)}, password: {Quote(auth.Password)}}}" : null);
        Line("python", task.Python);
        Line("nvcc", Flag(task.Nvcc));
        Line("single_branch", Flag(task.SingleBranch));
        List("env", NoneIfEmpty(task.Env)?.Select(EnvText.Print).Select(Quote));
        Line("shell", task.Shell);
        Line("resources", Resources(task.Resources));
        Line("priority", task.Priority?.ToString());
        List("volumes", NoneIfEmpty(task.Volumes)?.Select(Mount));
        Line("docker", Flag(task.Docker));
        List("repos", NoneIfEmpty(task.Repos)?.Select(Repo));
        List("files", NoneIfEmpty(task.Files)?.Select(FilePathText.Print));
        Line("dstack", task.Dstack ? "on" : null);
        List("setup", NoneIfEmpty(task.Setup)?.Select(Quote));
        List("backends", task.Backends);
        List("regions", task.Regions?.Select(Quote));
        List("availability_zones", task.AvailabilityZones?.Select(Quote));
        List("instance_types", task.InstanceTypes?.Select(Quote));
        Line("reservation", task.Reservation is { } reservation ? Quote(reservation) : null);
        Line("spot_policy", Choice(task.SpotPolicy));
        Line("retry", Retry(task.Retry));
        Line("max_duration", OrOff(task.MaxDuration));
        Line("stop_duration", OrOff(task.StopDuration));
        Line("max_price", task.MaxPrice is { } price ? PriceText.Print(price) : null);
        Line("creation_policy", Choice(task.CreationPolicy));
        Line("idle_duration", OrOff(task.IdleDuration));
        Line("utilization_policy", task.UtilizationPolicy is { } policy
            ? $"{{min_gpu_utilization: {policy.MinGpuUtilization}, time_window: {DurationText.Print(policy.TimeWindow)}}}"
            : null);
        Line("startup_order", Choice(task.StartupOrder));
        Line("stop_criteria", Choice(task.StopCriteria));
        Line("schedule", task.Schedule is { } schedule ? $"{{cron: {(schedule.IsList ? Flow(schedule.Cron) : Quote(schedule.Cron[0]))}}}" : null);
        List("fleets", task.Fleets);
        List("instances", task.Instances?.Select(Instance));
        Line("tags", task.Tags is { } tags ? "{" + string.Join(", ", tags.Select(tag => $"{Quote(tag.Key)}: {Quote(tag.Value)}")) + "}" : null);
        return yaml.ToString();
    }

    private static string Group(NodeGroup group) =>
        $"{{{(group.Name is { } name ? $"name: {name}, " : "")}nodes: {group.Nodes}, resources: {Resources(group.Resources)}, "
        + $"commands: {Flow(group.Commands)}, ports: {Flow(group.Ports.Select(PortMappingText.Print))}}}";

    private static string Resources(ResourcesSpec resources)
    {
        var parts = new List<string>();
        if (resources.Cpu is { } cpu)
            parts.Add("cpu: " + Quote(CpuSpecText.Print(cpu)));
        if (resources.Memory is { } memory)
            parts.Add("memory: " + RangeText.Print(memory));
        if (resources.ShmSize is { } shm)
            parts.Add("shm_size: " + MemorySize.Print(shm));
        if (resources.Gpu is { } gpu)
            parts.Add("gpu: " + Gpu(gpu));
        if (resources.Disk is { } disk)
            parts.Add("disk: " + RangeText.Print(disk));
        return "{" + string.Join(", ", parts) + "}";
    }

    private static string Gpu(GpuSpec gpu)
    {
        if (gpu is { TotalMemory: null, ComputeCapability: null })
            return Quote(GpuSpecText.Print(gpu));
        var parts = new List<string> { "count: " + RangeText.Print(gpu.Count) };
        if (gpu.Vendor is { } vendor)
            parts.Add("vendor: " + WireName.Of(vendor));
        if (gpu.Names is { } names)
            parts.Add("name: " + Flow(names));
        if (gpu.Memory is { } memory)
            parts.Add("memory: " + RangeText.Print(memory));
        if (gpu.TotalMemory is { } total)
            parts.Add("total_memory: " + RangeText.Print(total));
        if (gpu.ComputeCapability is { } capability)
            parts.Add("compute_capability: " + ComputeCapability.Print(capability));
        return "{" + string.Join(", ", parts) + "}";
    }

    private static string Mount(MountPoint mount) => MountPointText.Print(mount) is { } text ? Quote(text) : mount switch
    {
        VolumeMountPoint volume => $"{{name: {Flow(volume.Names)}, path: {Quote(volume.Path)}}}",
        InstanceMountPoint instance => $"{{instance_path: {Quote(instance.InstancePath)}, path: {Quote(instance.Path)}, optional: true}}",
        _ => throw new InvalidOperationException(),
    };

    private static string Repo(RepoSpec repo)
    {
        if (RepoText.Print(repo) is { } text)
            return Quote(text);
        var parts = new List<string> { repo.Url is { } url ? "url: " + Quote(url) : "local_path: " + Quote(repo.LocalPath!), "path: " + Quote(repo.Path) };
        if (repo.Branch is { } branch)
            parts.Add("branch: " + Quote(branch));
        if (repo.Hash is { } hash)
            parts.Add("hash: " + Quote(hash));
        parts.Add("if_exists: " + WireName.Of(repo.IfExists));
        return "{" + string.Join(", ", parts) + "}";
    }

    private static string? Retry(RetrySpec? retry) => retry switch
    {
        null => null,
        { Enabled: { } enabled } => enabled ? "on" : "off",
        { OnEvents: null, Duration: null } => "{}",
        _ => "{" + string.Join(", ", ((string?[])[
            retry.OnEvents is { } events ? "on_events: " + Flow(events.Select(WireName.Of)) : null,
            retry.Duration is { } duration ? "duration: " + DurationText.Print(duration) : null]).OfType<string>()) + "}",
    };

    private static string Instance(InstanceSelector instance) =>
        instance.Name ?? (instance.Hostname is { } hostname ? $"{{hostname: {hostname}}}" : $"{{fleet: {instance.Fleet}, instance: {instance.InstanceNum}}}");

    private static string? Choice<TEnum>(TEnum? value) where TEnum : struct, Enum => value is { } choice ? WireName.Of(choice) : null;

    private static string? OrOff(DurationOrOff? duration) => duration is { } value ? DurationText.Print(value) : null;

    private static string? Flag(bool? flag) => flag switch { true => "true", false => "false", null => null };

    private static string Flow(IEnumerable<string> values) => "[" + string.Join(", ", values.Select(Quote)) + "]";

    private static IReadOnlyList<T>? NoneIfEmpty<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    /// <summary>YAML's double quotes, with everything but plain ASCII escaped.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                >= ' ' and < 127 => rune.ToString(),
                _ => $"\\U{rune.Value:X8}",
            });
        }
        return quoted.Append('"').ToString();
    }
}
