using Gantry.Agent.Content;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Model.Link;

namespace Gantry.Agent.Volumes;

/// <summary>Gives a job its volumes: a container by mounts, a process by links in its working directory, since nothing can be mounted for it alone.</summary>
internal static class JobVolumes
{
    // As the job's user, so that it leads nowhere where the job itself could not have made a link. A link of an earlier job to a volume that is gone is
    // replaced, anything else that is in the way is left alone.
    private const string Link = """
        [ -d "$1" ] || { echo "its directory $1 is closed to the user $(id -un)" >&2; exit 1; }
        if [ -L "$2" ]; then
          there=$(readlink "$2")
          [ "$there" = "$1" ] && exit 0
          [ -e "$2" ] && { echo "there is a link to $there already: remove it, or use another path" >&2; exit 1; }
          rm "$2" || exit 1
        elif [ -e "$2" ]; then
          echo "there is something else already: remove it, or use another path" >&2
          exit 1
        fi
        mkdir -p "$(dirname "$2")" && ln -s "$1" "$2"
        """;

    /// <summary>Makes what is to be made of the directories.</summary>
    /// <exception cref="StartRefusedException">One is not there.</exception>
    public static void Ensure(JobOrder order)
    {
        foreach (var volume in order.Volumes)
        {
            if (VolumeDirectory.Ensure(volume.Volume, order.ServerId) is { } error)
                throw new StartRefusedException($"The job can not have the volume {volume.Name}. {error} The job was not started.");
        }
    }

    /// <summary>What a container is given.</summary>
    public static IEnumerable<DockerMount> Mounts(JobOrder order, string? imageDirectory) =>
        order.Volumes.Select(volume => new DockerMount("bind", volume.Volume.Directory, ContainerFiles.Resolve(volume.Target, order, imageDirectory), volume.ReadOnly));

    /// <summary>Makes the links of a process.</summary>
    /// <param name="order">Its order.</param>
    /// <param name="directory">Its working directory.</param>
    /// <param name="account">Its user; null for the agent's own.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="StartRefusedException">One can not be made.</exception>
    public static async Task LinkAsync(JobOrder order, string directory, UnixAccount? account, CancellationToken cancellation)
    {
        foreach (var volume in order.Volumes)
        {
            var target = Path.GetFullPath(volume.Target, directory);
            if (!target.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal))
                throw new StartRefusedException($"The job is a process, for which the volume {volume.Name} can not be mounted at {volume.Target}: use a path in its working directory, or an image. The job was not started.");
            if (volume.ReadOnly)
                throw new StartRefusedException($"The job is a process, which can not be kept from writing to the volume {volume.Name}: use an image. The job was not started.");
            var (status, complaint) = await HostCommand.RunAsync(["/bin/sh", "-c", Link, "gantry-link", volume.Volume.Directory, target], account, environment: null, input: null, cancellation);
            if (status != 0)
                throw HostCommand.Failed($"the volume {volume.Name} could not be given to the job at {target}", complaint);
        }
    }
}
