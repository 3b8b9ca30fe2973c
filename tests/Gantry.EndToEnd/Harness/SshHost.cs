using System.Diagnostics;
using System.Net.Sockets;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// A host: a namespace each for network, processes, mounts and name, with directories of its own where a host has its own. Rebooting it ends everything
/// that runs there, gives it another boot id and keeps its disk.
/// </summary>
public sealed class SshHost : IAsyncDisposable
{
    /// <summary>A user without any way to root.</summary>
    public const string PlainUser = "plain";

    // What a host has of its own lies in $1; /dev/null is made anew, since the machine's may be closed to others than root.
    private const string Boot = """
        set -e
        mount --make-rprivate /
        for each in var/lib root tmp home run; do mkdir -p "$1/$each"; mount --bind "$1/$each" "/$each"; done
        chmod 1777 /tmp
        mkdir -p /run/sshd
        mknod /run/null c 1 3 && chmod 666 /run/null && mount --bind /run/null /dev/null
        cat /proc/sys/kernel/random/uuid >/run/boot_id
        mount --bind /run/boot_id /proc/sys/kernel/random/boot_id
        mount --bind "$1/passwd" /etc/passwd
        hostname "$2"
        ip link set lo up
        exec /usr/sbin/sshd -D -e -f "$1/sshd_config"
        """;

    // What is logged in there, and what that starts, sees another wall clock; sshd itself and the machine do not.
    private static readonly string FakeTime = Directory.GetDirectories("/usr/lib")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) ?? "";

    private readonly SshNetwork network;
    private readonly string folder;
    private Process? init;

    internal SshHost(SshNetwork network, string name, string address, string? clock)
    {
        (this.network, Name, Address) = (network, name, address);
        folder = Directory.CreateDirectory(Path.Combine(network.Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "passwd"), File.ReadAllText("/etc/passwd") + $"{PlainUser}:x:4711:4711::/tmp:/bin/sh\n");
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

            """);
        SshNetwork.Run("ip", "netns", "add", name);
        SshNetwork.Run("ip", "link", "add", Link, "type", "veth", "peer", "name", "eth0", "netns", name);
        SshNetwork.Run("ip", "link", "set", Link, "master", network.Bridge);
        SshNetwork.Run("ip", "link", "set", Link, "up");
        // Without asking whether somebody has it already, which takes IPv6 two seconds.
        SshNetwork.Run("ip", ["-n", name, "addr", "add", .. address.Contains(':') ? (string[])[$"{address}/64", "nodad"] : [$"{address}/24"], "dev", "eth0"]);
        SshNetwork.Run("ip", "-n", name, "link", "set", "eth0", "up");
    }

    /// <summary>Its name, also of its network namespace.</summary>
    public string Name { get; }

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>Where the agent is on it, as seen from outside.</summary>
    public string AgentFolder => Path.Combine(folder, "var/lib/gantry");

    private string Link => "v" + Name[1..];

    /// <summary>A file of the host, as seen from outside.</summary>
    public string FileOn(string path) => Path.Combine(folder, path.TrimStart('/'));

    /// <summary>The names of the programs that run on it.</summary>
    public IReadOnlyList<string> Programs() =>
        [.. Run("ps", "-eo", "comm=").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>Kills (-9) every process of a program on it; false when there was none.</summary>
    public bool Kill(string program)
    {
        // A name that is cut at 15 letters, as the kernel keeps it.
        var found = Run("sh", "-c", $"ps -eo pid=,comm= | while read -r pid name; do [ \"$name\" != {program} ] || {{ kill -9 $pid && echo $pid; }}; done");
        return found.Length > 0;
    }

    /// <summary>Runs a program on it that must succeed; returns its output.</summary>
    public string Run(string program, params string[] args) => SshNetwork.Run("nsenter", ["-t", Init(), "-p", "-m", "-n", "-u", program, .. args]);

    // The first process of its namespace: the child of unshare.
    private string Init() => SshNetwork.Run("pgrep", "-P", $"{init!.Id}").Trim();

    /// <summary>Another host key, as after the machine was set up anew.</summary>
    public void NewHostKey()
    {
        File.Delete(Path.Combine(folder, "host_key"));
        SshNetwork.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "host_key"));
    }

    /// <summary>Boots it and waits until its sshd listens.</summary>
    public async Task StartAsync()
    {
        init = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", Name, "unshare", "-m", "-p", "-u", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Boot, "host", folder, Name])
        {
            RedirectStandardError = true,
        })!;
        var said = init.StandardError.ReadToEndAsync();
        await Deadline.Until($"sshd on {Name}", async () =>
        {
            if (init.HasExited)
                throw new InvalidOperationException($"{Name} did not boot: {await said}");
            try
            {
                using var dial = new TcpClient();
                await dial.ConnectAsync(Address, 22);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        SshNetwork.Run("ip", "netns", "del", Name);
    }
}
