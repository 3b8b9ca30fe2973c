using System.Globalization;
using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Runs;

/// <summary>
/// What a configuration asks for and this server cannot do yet: a line each, with the key, the value and what to do. A setting that by
/// its meaning changes nothing on a host of one's own (<c>max_price</c>, <c>creation_policy</c>, <c>idle_duration</c>,
/// <c>tags</c>, <c>shm_size</c> where there is no container) is accepted. Values that may be secret are not repeated.
/// </summary>
internal static class UnsupportedSettings
{
    private const string NoContainer = "without an `image` the task runs as a process, not in a container";
    private const string OwnHost = "jobs run on hosts of one's own, whose backend and region are both \"remote\"";

    public static IReadOnlyList<string> Of(RunSpec effective) => effective.Configuration is TaskConfiguration task
        ? [.. Containers(task), .. Content(effective, task), .. Where(task), .. Ports(task), .. Environment(task), .. Commands(task), .. Schedule(task)]
        : [$"type: {effective.Configuration.Type}: only tasks can be run yet."];

    private static IEnumerable<string> Containers(TaskConfiguration task)
    {
        if (task.Docker == true)
        {
            yield return "docker: true: Docker inside a container is not there yet. Remove it; a task without an image uses this machine's own Docker.";
        }

        if (task.Python is { } python)
        {
            yield return $"python: {python}: there is no image to choose it in. Remove it; a process uses this machine's own Python.";
        }

        if (task.Nvcc == true)
        {
            yield return "nvcc: true: there is no image to choose it in. Remove it; a process uses this machine's own CUDA.";
        }

        foreach (var line in task.Image is null ? WithoutImage(task) : WithImage(task))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> WithoutImage(TaskConfiguration task)
    {
        if (task.Privileged)
        {
            yield return $"privileged: true: {NoContainer}. Remove it, or give an `image`.";
        }

        if (task.RegistryAuth is not null)
        {
            yield return $"registry_auth: {NoContainer}. Remove it, or give an `image`.";
        }

        if (task.Entrypoint is { } entrypoint)
        {
            yield return $"entrypoint: {entrypoint}: {NoContainer}. Put the command into `commands`, or give an `image`.";
        }

        if (task.HomeDir != "/root")
        {
            yield return $"home_dir: {task.HomeDir}: {NoContainer}. Remove it; a process has its user's home directory.";
        }
    }

    private static IEnumerable<string> WithImage(TaskConfiguration task)
    {
        if (task.Image!.Contains("${{", StringComparison.Ordinal))
        {
            yield return $"image: {task.Image}: references (${{{{ … }}}}) are not there yet. Write the image's name.";
        }

        if (task.RegistryAuth is { } auth && (auth.Username + auth.Password).Contains("${{", StringComparison.Ordinal))
        {
            yield return "registry_auth: secrets and other references (${{ … }}) are not there yet. Write the username and the password.";
        }

        if (task.Entrypoint is { } entrypoint && ContainerCommand.Words(entrypoint) is not { Count: > 0 })
        {
            yield return $"entrypoint: {entrypoint}: its words cannot be told: it is empty, or a quote in it is not closed.";
        }

        if (!task.HomeDir.StartsWith('/'))
        {
            yield return $"home_dir: {task.HomeDir}: it is not absolute. Begin it with /.";
        }
    }

    private static IEnumerable<string> Content(RunSpec effective, TaskConfiguration task)
    {
        if (task.Repos.Count > 0 || effective.RepoCodeHash is not null || RepoType(effective) is not (null or "virtual"))
        {
            var source = task.Repos is [var repo, ..] ? repo.Url ?? repo.LocalPath : effective.RepoId;
            yield return $"repos: {source}: repos are not cloned yet. Run `git clone` in `commands`.";
        }

        foreach (var mount in task.Volumes)
        {
            if (mount is VolumeMountPoint volume)
            {
                yield return $"volumes: {string.Join(", ", volume.Names)}: there are no network volumes yet. Use a directory of this machine.";
            }
            else if (task.Image is null && mount is InstanceMountPoint { Optional: false } instance && instance.InstancePath != instance.Path)
            {
                yield return $"volumes: {instance.InstancePath}:{instance.Path}: without a container nothing can be mounted elsewhere. Use {instance.InstancePath} in `commands`, or give an `image`.";
            }
        }

        if (task.Dstack)
        {
            yield return "dstack: true: a job is not given access to the server yet. Remove it.";
        }
    }

    private static IEnumerable<string> Where(TaskConfiguration task)
    {
        foreach (var (key, values) in ((string, IReadOnlyList<string>?)[])[("backends", task.Backends), ("regions", task.Regions)])
        {
            if (values is not null && !values.Contains("remote"))
            {
                yield return $"{key}: {string.Join(", ", values)}: {OwnHost}. Remove `{key}`.";
            }
        }

        foreach (var (key, values) in ((string, IEnumerable<string>?)[])[
            ("availability_zones", task.AvailabilityZones),
            ("reservation", task.Reservation is { } reservation ? [reservation] : null)])
        {
            if (values is not null)
            {
                yield return $"{key}: {string.Join(", ", values)}: {OwnHost}. Remove `{key}`.";
            }
        }

        if (task.SpotPolicy == SpotPolicy.Spot)
        {
            yield return "spot_policy: spot: hosts of one's own are on-demand. Write on-demand or auto, or remove it.";
        }

        if (task.UtilizationPolicy is { } policy)
        {
            yield return $"utilization_policy: min_gpu_utilization {Number(policy.MinGpuUtilization)}: the use of GPUs is not measured yet. Remove it.";
        }
    }

    private static IEnumerable<string> Ports(TaskConfiguration task)
    {
        var mapped = task.Ports.Concat(task.Groups?.SelectMany(group => group.Ports) ?? [])
            .Where(port => port.LocalPort is { } local && local != port.ContainerPort);
        var nodes = task.Groups?.Sum(group => group.Nodes) ?? task.Nodes ?? 1;
        // Of a process they are forwarded by whoever is attached.
        return task.Image is null || nodes == 1 ? [] : mapped.Take(1).Select(port => $"ports: {Number(port.LocalPort!.Value)}:{Number(port.ContainerPort)}: the containers of several nodes "
            + $"share this machine's network, where nothing is mapped. Write {Number(port.ContainerPort)}.");
    }

    private static IEnumerable<string> Environment(TaskConfiguration task)
    {
        foreach (var (name, value) in task.Env)
        {
            if (value is null)
            {
                yield return $"env: {name}: it has no value. Give it one, or set it in the environment of the command that applies.";
            }
            else if (value.Contains("${{", StringComparison.Ordinal))
            {
                yield return $"env: {name}: secrets and other references (${{{{ … }}}}) are not there yet. Pass the value in the environment of the command that applies.";
            }
        }
    }

    private static IEnumerable<string> Commands(TaskConfiguration task)
    {
        var isMissing = task.Groups is { } groups
            ? groups.Any(group => group.Commands.Count == 0)
            : task.Commands.Count == 0 && task.Setup.Count == 0;
        if (isMissing && task.Image is null)
        {
            yield return "commands: there are none, and no image whose entrypoint could run. Add `commands`.";
        }
    }

    // Other clients than ours may send what the language would have refused.
    private static IEnumerable<string> Schedule(TaskConfiguration task) => (task.Schedule?.Cron ?? [])
        .Select(text => (Text: text, Read: CronExpression.Parse(text)))
        .Where(cron => !cron.Read.Ok)
        .Select(cron => $"schedule: {cron.Text}: {cron.Read.Error}. Allowed: {CronExpression.Allowed}.");

    private static string? RepoType(RunSpec spec) =>
        spec.RepoData is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("repo_type", out var type) ? type.GetString() : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
