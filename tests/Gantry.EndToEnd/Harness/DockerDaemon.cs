using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// A Docker daemon of the tests' own, beside whatever runs on this machine: its own files, its own bridge, no rules in the firewall. It ends with the
/// tests' process, however that ends. Its images are made here, since nothing can be fetched.
/// </summary>
public sealed class DockerDaemon : IAsyncLifetime
{
    /// <summary>An image with a shell and busybox's tools. Its user <c>app</c> is 1000.</summary>
    public const string Tools = TestImages.Tools;

    /// <summary>An image that holds one program and nothing else: its entrypoint prints <c>from the entrypoint</c> and what it is given.</summary>
    public const string Bare = "bare";

    private const string Bridge = "gantrytest0";

    private readonly string folder = Directory.CreateTempSubdirectory("gd-").FullName;
    private Process? containerd;
    private Process? holder;

    /// <summary>Whether this machine can run one.</summary>
    public static bool IsPossible { get; } = Environment.UserName == "root" && new[] { "dockerd", "docker", "ip" }.All(tool => TestImages.Find(tool) is not null) && TestImages.StaticBusybox is not null;

    /// <summary>Why not, for the test's skip message.</summary>
    public const string Needs = "needs root and Debian's packages docker.io, iproute2 and busybox-static";

    /// <summary>What <c>DOCKER_HOST</c> says.</summary>
    public string Host => "unix://" + Socket;

    /// <summary>Its socket.</summary>
    public string Socket => Path.Combine(folder, "docker.sock");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!IsPossible)
            return;
        Run("/bin/sh", "-c", $"ip link show {Bridge} >/dev/null 2>&1 || {{ ip link add {Bridge} type bridge && ip addr add 172.31.253.1/24 dev {Bridge}; }}; ip link set {Bridge} up");
        // Its own, beside Docker: one that Docker starts dies with it, and only init would notice.
        containerd = Hold("containerd", "--root", Path.Combine(folder, "containerd"), "--state", Path.Combine(folder, "state"), "--address", Containerd);
        await StartAsync();
        Import(Tools, TestImages.FillTools);
        // busybox is what it is called.
        Import(Bare, root => File.Copy(TestImages.StaticBusybox!, Path.Combine(root, "echo")), "ENTRYPOINT [\"/echo\", \"from the entrypoint\"]", "CMD [\"as it is\"]", "WORKDIR /place");
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        holder = Hold(
            "dockerd", "--containerd", Containerd, "--data-root", Path.Combine(folder, "data"), "--exec-root", Path.Combine(folder, "exec"),
            "--pidfile", Path.Combine(folder, "pid"), "-H", Host, "--live-restore", "--bridge", Bridge, "--iptables=false", "--ip6tables=false",
            "--ip-forward=false", "--insecure-registry", "127.0.0.0/8");
        await DockerSocket.UntilAnswersAsync(Socket, Path.Combine(folder, "log"));
    }

    /// <summary>Kills it (-9); its containers run on.</summary>
    public async Task KillAsync()
    {
        var pid = int.Parse(File.ReadAllText(Path.Combine(folder, "dockerd.pid")));
        await Processes.KillAsync(pid);
        holder!.StandardInput.Close();
        await holder.WaitForExitAsync();
        File.Delete(Path.Combine(folder, "pid"));
    }

    /// <summary>Runs <c>docker ARGS</c>, which must be exit code 0; returns its output without the last line's end.</summary>
    public string Docker(params string[] args) => Run("docker", ["-H", Host, .. args]).TrimEnd('\n');

    /// <summary>The containers of a home's runs, by id.</summary>
    public string[] Containers(string run) => Docker("ps", "-aq", "--no-trunc", "--filter", $"label=dev.gantry.run={run}").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Makes an image of a folder.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fill">Puts into a folder what is to be in it.</param>
    /// <param name="changes">Lines of a Dockerfile.</param>
    public void Import(string name, Action<string> fill, params string[] changes)
    {
        var root = Directory.CreateTempSubdirectory("gd-image-").FullName;
        fill(root);
        var options = string.Concat(changes.Select(change => $" --change '{change}'"));
        Run("/bin/sh", "-c", $"tar -C '{root}' -c . | docker -H {Host} import{options} - {name}");
        Directory.Delete(root, recursive: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (holder is null)
            return;
        Run("/bin/sh", "-c", $"docker -H {Host} ps -aq | xargs -r docker -H {Host} rm -f >/dev/null 2>&1 || true");
        foreach (var process in new[] { holder, containerd! })
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        await Deadline.Until($"nobody left of {folder}", () =>
        {
            var left = Processes.Mentioning(folder);
            foreach (var pid in left)
                Processes.Signal(pid, Processes.Kill);
            return left.Count == 0;
        });
        Run("/bin/sh", "-c", $"grep -o ' {folder}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l; rm -rf '{folder}'; ip link del {Bridge}");
    }

    private string Containerd => Path.Combine(folder, "containerd.sock");

    // The shell ends the program when our end of its input closes: with us, whatever becomes of us.
    private Process Hold(string program, params string[] args)
    {
        const string script = """
            dir=$1; shift
            "$@" >>"$dir/log" 2>&1 </dev/null & echo $! >"$dir/$1.pid"
            read -r _; kill $(cat "$dir/$1.pid") 2>/dev/null; wait
            """;
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "sh", folder, program, .. args]) { RedirectStandardInput = true })!;
    }

    private static string Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {error.GetAwaiter().GetResult()}");
    }
}
