using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Engine.Runs;

/// <summary>
/// From a job's spec to its container. A range's high end is the container's limit; where it is open, the container may use all that the
/// host has. It shares the host's network, so that its ports are the host's and several nodes reach each other, unless it maps a port to
/// another one: then it has a network of its own, and only its ports are on the host's loopback address.
/// </summary>
internal static class ContainerOrders
{
    private const double BytesPerGb = 1L << 30;

    /// <summary>Null for a job that runs as a process.</summary>
    public static ContainerOrder? Of(JobSpec spec)
    {
        if (spec.ImageName.Length == 0)
        {
            return null;
        }

        var resources = spec.Requirements.Resources;
        return new ContainerOrder
        {
            Image = spec.ImageName,
            RegistryAuth = spec.RegistryAuth,
            Init = ContainerCommand.IsShell(spec.Commands),
            Privileged = spec.Privileged,
            HomeDir = spec.HomeDir,
            ShmBytes = Bytes(resources.ShmSize),
            MaxCpus = resources.Cpu?.Count.Max,
            MaxMemoryBytes = Bytes(resources.Memory?.Max),
            Mounts = [.. (spec.Volumes ?? []).OfType<InstanceMountPoint>().Select(mount => new ContainerMount(mount.InstancePath, mount.Path, mount.Optional))],
            Ports = Ports(spec.AppSpecs ?? []),
        };
    }

    private static IReadOnlyList<ContainerPort> Ports(IReadOnlyList<AppSpec> apps) =>
        apps.Any(app => app.MapToPort is { } local && local != app.Port) ? [.. apps.Select(app => new ContainerPort(app.MapToPort, app.Port))] : [];

    private static long? Bytes(double? gb) => gb is { } size ? (long)(size * BytesPerGb) : null;
}
