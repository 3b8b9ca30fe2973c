using System.Diagnostics;
using System.Globalization;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// A host: a namespace each for network, processes, mounts and name, with directories of its own where a host has its own. Rebooting it ends everything
/// that runs there, gives it another boot id and keeps its disk.
/// </summary>
public sealed class SshHost : IAsyncDisposable
{
    /// <summary>A user without any way to root; one who is root by sudo without a password; one whom sudo asks for it.</summary>
    public const string PlainUser = "plain", AdminUser = "admin", AskedUser = "asked";

    // What is logged in there, and what that starts, sees another wall clock; sshd itself and the machine do not.
    private static readonly string FakeTime = Directory.GetDirectories("/usr/lib")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) ?? "";

    private readonly SshNetwork network;
    private readonly string folder;
    private readonly HostTraits traits;
    private Process? init;

    internal SshHost(SshNetwork network, string name, string address, HostTraits traits, string? clock)
    {
        (this.network, Name, Address, this.traits) = (network, name, address, traits);
        folder = Directory.CreateDirectory(Path.Combine(network.Folder, name)).FullName;
        string[] users = [PlainUser, AdminUser, AskedUser];
        WriteEtc("passwd", users.Select((user, i) => $"{user}:x:{4711 + i}:{4711 + i}::/tmp:/bin/sh"));
        WriteEtc("shadow", users.Select(user => $"{user}:*:20000:0:99999:7:::"));
        File.WriteAllText(Path.Combine(folder, "sudoers"), $"{AdminUser} ALL=(ALL) NOPASSWD:ALL\n{AskedUser} ALL=(ALL) ALL\n");
        File.SetUnixFileMode(Path.Combine(folder, "sudoers"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.Copy(network.Key + ".pub", Path.Combine(folder, "authorized_keys"));
        NewHostKey();
        File.WriteAllText(Path.Combine(folder, "sshd_config"), $"""
            ListenAddress {address}
            HostKey {folder}/host_key
            AuthorizedKeysFile {folder}/authorized_keys
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            {(clock is null ? "" : $"SetEnv LD_PRELOAD={FakeTime} FAKETIME={clock} FAKETIME_DONT_FAKE_MONOTONIC=1")}
            {(Has(HostTraits.DockerElsewhere) ? "SetEnv DOCKER_HOST=unix:///run/own/docker.sock" : "")}

            """);
        SshNetwork.Run("ip", "netns", "add", name);
        Plug(Link, "eth0", Has(HostTraits.Inner) ? network.InnerBridge() : network.Bridge, address);
    }

    /// <summary>Its name, also of its network namespace.</summary>
    public string Name { get; }

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>Where the agent is on it, as seen from outside.</summary>
    public string AgentFolder => Path.Combine(folder, "var/lib/gantry");

    private string Link => "v" + Name[1..];

    private bool Has(HostTraits some) => traits.HasFlag(some);

    /// <summary>A file of the host, as seen from outside.</summary>
    public string FileOn(string path) => Path.Combine(folder, path.TrimStart('/'));

    /// <summary>The names of the programs that run on it.</summary>
    public IReadOnlyList<string> Programs() => [.. Run("ps", "-eo", "comm=").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>Runs a program on it, as its root, which must succeed; returns its output.</summary>
    public string Run(string program, params string[] args) => SshNetwork.Run("nsenter", ["-t", Init(), "-p", "-m", "-n", "-u", program, .. args]);

    /// <summary>Kills its agent (-9), if one lives; whoever keeps it there starts the next.</summary>
    public void KillAgent() => Run("sh", "-c", "kill -9 $(cut -d ' ' -f 1 /var/lib/gantry/spool/agent.lock) || true");

    /// <summary>Runs <c>docker ARGS</c> on it; returns its output without the last line's end.</summary>
    public string Docker(params string[] args) => Run("docker", [.. Has(HostTraits.DockerElsewhere) ? ["-H", "unix:///run/own/docker.sock"] : Array.Empty<string>(), .. args]).TrimEnd('\n');

    /// <summary>The containers of a run, by id.</summary>
    public string[] Containers(string run) => Docker("ps", "-aq", "--no-trunc", "--filter", $"label=dev.gantry.run={run}").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends its Docker, at once or in order (SIGTERM), and waits until it is gone.</summary>
    public void EndDocker(bool inOrder) =>
        Run("sh", "-c", $"pid=$(cat /run/docker.pid); kill -{(inOrder ? "TERM" : "KILL")} $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done");

    /// <summary>Starts its Docker again, and waits until it answers.</summary>
    public async Task StartDockerAsync()
    {
        Run("sh", "-c", "sh /run/start-docker &");
        await UntilDockerAnswers();
    }

    /// <summary>Kills (-9) every process of a program on it; false when there was none.</summary>
    public bool Kill(string program)
    {
        // A name that is cut at 15 letters, as the kernel keeps it.
        var found = Run("sh", "-c", $"ps -eo pid=,comm= | while read -r pid name; do [ \"$name\" != {program} ] || {{ kill -9 $pid && echo $pid; }}; done");
        return found.Length > 0;
    }

    // The first process of its namespace: the child of unshare.
    private string Init() => SshNetwork.Run("pgrep", "-P", $"{init!.Id}").Trim();

    /// <summary>Another host key, as after the machine was set up anew.</summary>
    public void NewHostKey()
    {
        File.Delete(Path.Combine(folder, "host_key"));
        SshNetwork.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "host_key"));
    }

    /// <summary>Boots it and waits until its sshd listens, and its Docker answers.</summary>
    public async Task StartAsync()
    {
        // systemd sees the part of the control groups that it is started in as the whole.
        var groups = Has(HostTraits.Systemd) ? "for each in /sys/fs/cgroup /sys/fs/cgroup/systemd; do if [ -e $each/cgroup.procs ] && mkdir -p $each/$2; then echo $$ >$each/$2/cgroup.procs; fi; done; " : "";
        var own = Has(HostTraits.Systemd) ? "-C -i" : "";
        var script = $"{groups}exec nsenter --net=/run/netns/$2 unshare -m -p -u {own} --fork --kill-child --mount-proc sh \"$0\" \"$@\"";
        init = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, Path.Combine(Checkout.Root, "tests/Gantry.EndToEnd/Harness/HostBoot.sh"), folder, Name, string.Join(' ', Enum.GetValues<HostTraits>().Where(Has))])
        {
            RedirectStandardError = true,
        })!;
        var said = init.StandardError.ReadToEndAsync();
        await Deadline.Until($"sshd on {Name}", async () => init.HasExited ? throw new InvalidOperationException($"{Name} did not boot: {await said}") : Listens());
        if (!Has(HostTraits.Docker))
            return;
        await UntilDockerAnswers();
        if (Docker("images", "-q", TestImages.Tools).Length == 0)
            Docker("import", network.ToolsImage, TestImages.Tools);
    }

    // Port 22, by the kernel's own word: this machine may not be on the host's network.
    private bool Listens() => SshNetwork.Run("ip", "netns", "exec", Name, "cat", "/proc/net/tcp", "/proc/net/tcp6").Split('\n').Any(line => line.Contains(":0016 ", StringComparison.Ordinal) && line.Contains(":0000 0A ", StringComparison.Ordinal));

    private Task<string> UntilDockerAnswers() => Deadline.Until(
        $"a Docker that answers on {Name}",
        () =>
        {
            try
            {
                return Task.FromResult<string?>(Docker("version"));
            }
            catch (InvalidOperationException)
            {
                return Task.FromResult<string?>(null);
            }
        },
        seen: () => File.Exists(FileOn("var/lib/docker.log")) ? File.ReadAllText(FileOn("var/lib/docker.log")) : "");

    /// <summary>Ends everything on it.</summary>
    public async Task StopAsync()
    {
        if (init is null)
            return;
        init.Kill(entireProcessTree: true);
        await init.WaitForExitAsync();
        init.Dispose();
        init = null;
        await Deadline.Until($"nothing left of {Name}", () => Processes.Mentioning(folder).Count == 0);
    }

    /// <summary>Cuts it off the network; everything on it goes on.</summary>
    public void Cut() => SshNetwork.Run("ip", "link", "set", Link, "down");

    /// <summary>Connects it again.</summary>
    public void Mend() => SshNetwork.Run("ip", "link", "set", Link, "up");

    /// <summary>Lets some of what comes to its SSH server get lost, from 0 to 1.</summary>
    public void Lose(double part) => SshNetwork.Run(
        "ip", "netns", "exec", Name, "iptables", "-I", "INPUT", "-p", "tcp", "--dport", "22", "-m", "statistic", "--mode", "random", "--probability", part.ToString(CultureInfo.InvariantCulture), "-j", "DROP");

    /// <summary>Puts it on the inner network, too: it is the way there.</summary>
    public void JoinInner() => Plug(Link + "i", "eth1", network.InnerBridge(), network.InnerAddress(1));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        SshNetwork.Run("ip", "netns", "del", Name);
        SshNetwork.Run("/bin/sh", "-c", $"find /sys/fs/cgroup -depth -type d -path '*/{Name}*' -exec rmdir {{}} + 2>/dev/null || true");
    }

    private void WriteEtc(string file, IEnumerable<string> lines)
    {
        File.WriteAllText(Path.Combine(folder, file), File.ReadAllText("/etc/" + file) + string.Concat(lines.Select(line => line + "\n")));
        File.SetUnixFileMode(Path.Combine(folder, file), File.GetUnixFileMode("/etc/" + file));
    }

    private void Plug(string link, string device, string bridge, string address)
    {
        SshNetwork.Run("ip", "link", "add", link, "type", "veth", "peer", "name", device, "netns", Name);
        SshNetwork.Run("ip", "link", "set", link, "master", bridge);
        SshNetwork.Run("ip", "link", "set", link, "up");
        // Without asking whether somebody has it already, which takes IPv6 two seconds.
        SshNetwork.Run("ip", ["-n", Name, "addr", "add", .. address.Contains(':') ? (string[])[$"{address}/64", "nodad"] : [$"{address}/24"], "dev", device]);
        SshNetwork.Run("ip", "-n", Name, "link", "set", device, "up");
    }
}
