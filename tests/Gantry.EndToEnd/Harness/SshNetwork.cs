using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>A network of its own on this machine, with hosts that run sshd: a bridge, and a network namespace a host. Gone with its last host.</summary>
public sealed class SshNetwork : IAsyncDisposable
{
    private static int made;
    private readonly int number = (Environment.ProcessId * 7 + Interlocked.Increment(ref made)) % 25_000;
    private readonly List<SshHost> hosts = [];
    private bool hasInner;
    private string? tools;

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

    /// <summary>Adds a host and boots it.</summary>
    /// <param name="traits">What it is beyond a machine with an SSH server.</param>
    /// <param name="clock">What its wall clock is off by, as libfaketime takes it: "-1h".</param>
    public async Task<SshHost> AddAsync(HostTraits traits = HostTraits.None, string? clock = null)
    {
        var number = hosts.Count;
        var address = traits.HasFlag(HostTraits.Inner) ? InnerAddress(10 + number) : traits.HasFlag(HostTraits.IPv6) ? $"{Prefix6}::{10 + number}" : $"{Prefix}.{10 + number}";
        var host = new SshHost(this, $"gn{this.number}x{number}", address, traits, clock);
        hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>Adds hosts that boot at the same time.</summary>
    public Task<SshHost[]> AddAsync(params HostTraits[] each) => Task.WhenAll(each.Select(traits => AddAsync(traits)));

    /// <summary>An address of the network behind a head node.</summary>
    internal string InnerAddress(int last) => $"{Prefix.Replace("10.", "172.", StringComparison.Ordinal)}.{last}";

    /// <summary>The network behind a head node: this machine has no address there.</summary>
    internal string InnerBridge()
    {
        if (!hasInner)
        {
            Run("ip", "link", "add", Bridge + "i", "type", "bridge");
            Run("ip", "link", "set", Bridge + "i", "up");
        }
        hasInner = true;
        return Bridge + "i";
    }

    /// <summary>The image <see cref="TestImages.Tools"/> as a file that each host sees.</summary>
    internal string ToolsImage
    {
        get
        {
            lock (hosts)
            {
                if (tools is null)
                    TestImages.WriteTar(tools = Path.Combine(Folder, "tools.tar"), TestImages.FillTools);
                return tools;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
        Run("ip", "link", "del", Bridge);
        if (hasInner)
            Run("ip", "link", "del", Bridge + "i");
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
