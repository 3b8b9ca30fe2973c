using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>A network of its own on this machine, with hosts that run sshd: a bridge, and a network namespace a host. Gone with its last host.</summary>
public sealed class SshNetwork : IAsyncDisposable
{
    private static int made;
    private readonly int number = (Environment.ProcessId * 7 + Interlocked.Increment(ref made)) % 25_000;
    private readonly List<SshHost> hosts = [];

    /// <summary>Makes the bridge and a key that its hosts accept.</summary>
    public SshNetwork()
    {
        // Not under /tmp, of which each host has its own.
        Folder = Directory.CreateDirectory($"/var/tmp/gn-{Guid.NewGuid():N}"[..20]).FullName;
        Run("ip", "link", "add", Bridge, "type", "bridge");
        Run("ip", "addr", "add", $"{Prefix}.1/24", "dev", Bridge);
        Run("ip", "addr", "add", $"{Prefix6}::1/64", "dev", Bridge, "nodad");
        Run("ip", "link", "set", Bridge, "up");
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Key);
    }

    /// <summary>Whether such networks can be made here.</summary>
    public static bool IsPossible { get; } = Environment.UserName == "root" && File.Exists("/usr/sbin/sshd") && Find("ip") && Find("unshare") && Find("ssh-keygen");

    /// <summary>What they need, for skipped tests.</summary>
    public const string Needs = "Needs root, sshd (openssh-server), ip (iproute2) and unshare (util-linux).";

    /// <summary>Files of the network and its hosts.</summary>
    public string Folder { get; }

    /// <summary>The private key that all hosts accept.</summary>
    public string Key => Path.Combine(Folder, "id");

    /// <summary>The bridge's name.</summary>
    public string Bridge => $"gb{number}";

    /// <summary>The network's first three numbers.</summary>
    public string Prefix => $"10.{100 + (number / 250)}.{number % 250}";

    /// <summary>The same of its IPv6 addresses: of those that are nobody's outside.</summary>
    public string Prefix6 => $"fd67:{number:x}";

    /// <summary>Adds a host and waits until its sshd listens.</summary>
    /// <param name="clock">What its wall clock is off by, as libfaketime takes it: "-1h".</param>
    /// <param name="isIPv6">Whether its address is one of IPv6, and it has no other.</param>
    public async Task<SshHost> AddAsync(string? clock = null, bool isIPv6 = false)
    {
        var host = new SshHost(this, $"gn{number}x{hosts.Count}", isIPv6 ? $"{Prefix6}::{10 + hosts.Count}" : $"{Prefix}.{10 + hosts.Count}", clock);
        hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
        Run("ip", "link", "del", Bridge);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs a program that must succeed; returns its output.</summary>
    public static string Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {process.ExitCode} {output}{error.GetAwaiter().GetResult()}");
    }

    private static bool Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));
}
