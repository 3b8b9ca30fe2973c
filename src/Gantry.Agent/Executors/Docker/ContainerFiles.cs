using System.Formats.Tar;
using Gantry.Agent.Content;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Puts a job's archives into its container between its making and its start. Docker itself unpacks them, so that the image needs neither tar nor
/// a shell. They belong to the container's user.
/// </summary>
internal static class ContainerFiles
{
    private const string RootsHome = "/root";

    /// <summary>Puts them there, in their order.</summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    public static async Task PutAsync(
        DockerContainers containers, string name, JobOrder order, DockerConfig? image, IReadOnlyList<LocalArchive> archives, CancellationToken cancellation)
    {
        if (archives.Count == 0)
            return;
        var owner = await ContainerOwner.FindAsync(containers, name, order.User ?? image?.User, cancellation);
        foreach (var archive in archives)
        {
            var target = Resolve(archive.Path, order, image?.WorkingDir);
            var isNew = !await containers.HasPathAsync(name, target, cancellation);
            await containers.UnpackAsync(
                name,
                async body =>
                {
                    await using var file = File.OpenRead(archive.File);
                    await using var writer = new TarWriter(body, TarEntryFormat.Gnu, leaveOpen: true);
                    await ArchiveTree.CopyAsync(file, writer, target, withRoot: isNew, owner, cancellation);
                },
                cancellation);
        }
    }

    /// <summary>The absolute path of what an order names, in its container.</summary>
    public static string Resolve(string path, JobOrder order, string? imageDirectory)
    {
        var home = (order.Container?.HomeDir ?? RootsHome).TrimEnd('/');
        var directory = order.WorkingDir switch
        {
            { Length: > 0 } own => Expand(own, home),
            _ => imageDirectory is { Length: > 0 } of ? of : "/",
        };
        return Path.GetFullPath(Expand(path, home), directory);
    }

    private static string Expand(string path, string home) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? home + path[1..] : path;
}
