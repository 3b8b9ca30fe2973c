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
    private const string NoContainer = "without an `image` it runs as a process, not in a container";
    private const string OwnHost = "jobs run on hosts of one's own, whose backend and region are both \"remote\"";

    public static IReadOnlyList<string> Of(RunSpec effective) => effective.Configuration is RunConfiguration run
        ? [.. Containers(run), .. Content(effective, run), .. Where(run), .. Ports(run), .. Environment(run), .. Commands(run), .. Schedule(run)]
        : [$"type: {effective.Configuration.Type}: it can not be run. Tasks and dev environments can."];

    private static IEnumerable<string> Containers(RunConfiguration run)
    {
        if (run.Docker == true)
        {
            yield return "docker: true: Docker inside a container is not there yet. Remove it; what runs without an image uses this machine's own Docker.";
        }

        if (run.Python is { } python)
        {
            yield return $"python: {python}: there is no image to choose it in. Remove it; a process uses this machine's own Python.";
        }

        if (run.Nvcc == true)
        {
            yield return "nvcc: true: there is no image to choose it in. Remove it; a process uses this machine's own CUDA.";
        }

        foreach (var line in run.Image is null ? WithoutImage(run) : WithImage(run))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> WithoutImage(RunConfiguration run)
    {
        if (run.Privileged)
        {
            yield return $"privileged: true: {NoContainer}. Remove it, or give an `image`.";
        }

        if (run.RegistryAuth is not null)
        {
            yield return $"registry_auth: {NoContainer}. Remove it, or give an `image`.";
        }

        if (run.Entrypoint is { } entrypoint)
        {
            yield return $"entrypoint: {entrypoint}: {NoContainer}. Put the command into `commands`, or give an `image`.";
        }

        if (run.HomeDir != "/root")
        {
            yield return $"home_dir: {run.HomeDir}: {NoContainer}. Remove it; a process has its user's home directory.";
        }
    }

    private static IEnumerable<string> WithImage(RunConfiguration run)
    {
        if (run.Image!.Contains("${{", StringComparison.Ordinal))
        {
            yield return $"image: {run.Image}: references (${{{{ … }}}}) are not there yet. Write the image's name.";
        }

        if (run.RegistryAuth is { } auth && (auth.Username + auth.Password).Contains("${{", StringComparison.Ordinal))
        {
            yield return "registry_auth: secrets and other references (${{ … }}) are not there yet. Write the username and the password.";
        }

        if (run.Entrypoint is { } entrypoint && ContainerCommand.Words(entrypoint) is not { Count: > 0 })
        {
            yield return $"entrypoint: {entrypoint}: its words cannot be told: it is empty, or a quote in it is not closed.";
        }

        if (!run.HomeDir.StartsWith('/'))
        {
            yield return $"home_dir: {run.HomeDir}: it is not absolute. Begin it with /.";
        }
    }

    private static IEnumerable<string> Content(RunSpec effective, RunConfiguration run)
    {
        if (run.Repos.Count > 0 || effective.RepoCodeHash is not null || RepoType(effective) is not (null or "virtual"))
        {
            var source = run.Repos is [var repo, ..] ? repo.Url ?? repo.LocalPath : effective.RepoId;
            yield return $"repos: {source}: repos are not cloned yet. Run `git clone` in `commands`.";
        }

        foreach (var mount in run.Volumes)
        {
            if (mount is VolumeMountPoint volume)
            {
                yield return $"volumes: {string.Join(", ", volume.Names)}: there are no network volumes yet. Use a directory of this machine.";
            }
            else if (run.Image is null && mount is InstanceMountPoint { Optional: false } instance && instance.InstancePath != instance.Path)
            {
                yield return $"volumes: {instance.InstancePath}:{instance.Path}: without a container nothing can be mounted elsewhere. Use {instance.InstancePath} in `commands`, or give an `image`.";
            }
        }

        if (run.Dstack)
        {
            yield return "dstack: true: a job is not given access to the server yet. Remove it.";
        }
    }

    private static IEnumerable<string> Where(RunConfiguration run)
    {
        foreach (var (key, values) in ((string, IReadOnlyList<string>?)[])[("backends", run.Backends), ("regions", run.Regions)])
        {
            if (values is not null && !values.Contains("remote"))
            {
                yield return $"{key}: {string.Join(", ", values)}: {OwnHost}. Remove `{key}`.";
            }
        }

        foreach (var (key, values) in ((string, IEnumerable<string>?)[])[
            ("availability_zones", run.AvailabilityZones),
            ("reservation", run.Reservation is { } reservation ? [reservation] : null)])
        {
            if (values is not null)
            {
                yield return $"{key}: {string.Join(", ", values)}: {OwnHost}. Remove `{key}`.";
            }
        }

        if (run.SpotPolicy == SpotPolicy.Spot)
        {
            yield return "spot_policy: spot: hosts of one's own are on-demand. Write on-demand or auto, or remove it.";
        }
    }

    private static IEnumerable<string> Ports(RunConfiguration run)
    {
        var mapped = RunNodes.Groups(run).SelectMany(group => group.Ports)
            .Where(port => port.LocalPort is { } local && local != port.ContainerPort);
        var nodes = RunNodes.Count(run);
        // Of a process they are forwarded by whoever is attached.
        return run.Image is null || nodes == 1 ? [] : mapped.Take(1).Select(port => $"ports: {Number(port.LocalPort!.Value)}:{Number(port.ContainerPort)}: the containers of several nodes "
            + $"share this machine's network, where nothing is mapped. Write {Number(port.ContainerPort)}.");
    }

    private static IEnumerable<string> Environment(RunConfiguration run)
    {
        foreach (var (name, value) in run.Env)
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

    private static IEnumerable<string> Commands(RunConfiguration run)
    {
        // In groups each has to have its own.
        var isMissing = RunNodes.Groups(run).Any(group => group.Commands.Count == 0) && (run is TaskConfiguration { Groups: not null } || run.Setup.Count == 0);
        if (isMissing && run.Image is null)
        {
            yield return "commands: there are none, and no image whose entrypoint could run. Add `commands`.";
        }
    }

    // Other clients than ours may send what the language would have refused.
    private static IEnumerable<string> Schedule(RunConfiguration run) => (run.Schedule?.Cron ?? [])
        .Select(text => (Text: text, Read: CronExpression.Parse(text)))
        .Where(cron => !cron.Read.Ok)
        .Select(cron => $"schedule: {cron.Text}: {cron.Read.Error}. Allowed: {CronExpression.Allowed}.");

    private static string? RepoType(RunSpec spec) =>
        spec.RepoData is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("repo_type", out var type) ? type.GetString() : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
