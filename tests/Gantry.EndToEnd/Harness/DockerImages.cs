namespace Gantry.EndToEnd.Harness;

/// <summary>Images of Docker daemons: made here, since nothing can be fetched.</summary>
public static class DockerImages
{
    /// <summary>Makes an image of a folder in several daemons.</summary>
    /// <param name="daemons">What <c>DOCKER_HOST</c> says of each.</param>
    /// <param name="name">The image's name.</param>
    /// <param name="fill">Puts into a folder what is to be in it.</param>
    /// <param name="changes">Lines of a Dockerfile.</param>
    public static void Import(IReadOnlyList<string> daemons, string name, Action<string> fill, params string[] changes)
    {
        var root = Directory.CreateTempSubdirectory("gd-image-").FullName;
        fill(root);
        var options = string.Concat(changes.Select(change => $" --change '{change}'"));
        foreach (var daemon in daemons)
            SshNetwork.Run("/bin/sh", "-c", $"tar -C '{root}' -c . | docker -H {daemon} import{options} - {name}");
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Runs <c>docker ARGS</c>, which must be exit code 0; returns its output without the last line's end.</summary>
    public static string Run(string daemon, params string[] args) => SshNetwork.Run("docker", ["-H", daemon, .. args]).TrimEnd('\n');
}
