using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Gantry.Testing;

namespace Gantry.Bench;

/// <summary>
/// Hosts of a fleet that are nothing but links. The server comes to them by the way that it has, OpenSSH's client: the first <c>ssh</c> on its PATH is a script of
/// ours that answers the look at a host, takes the agent's file, and joins the relay's input and output to a connection with this program. The server knows nothing of it.
/// </summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    // What the server asks for is in the last argument.
    private const string Ssh = """
        #!/bin/sh
        for asked; do :; done
        case $asked in
          *gantry-check*)
            printf 'gantry %s\n' 'system Linux' "machine $(uname -m)" 'libc glibc' 'user root' 'root is_root' 'free_kib 100000000' 'process_user yes' 'reached 127.0.0.1' 'end of_check' ;;
          *gantry-install*|*gantry-uninstall*) exec cat >/dev/null ;;
          *) exec @BUSYBOX@ nc 127.0.0.1 @PORT@ ;;
        esac
        """;

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<SimulatedHost> hosts = [];
    private readonly ConcurrentBag<Task> serving = [];
    private readonly Task accepting;
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-fleet-").FullName;
    private int links;

    /// <summary>Makes it, and sees to it that the home's server finds it.</summary>
    public SimulatedFleet(BenchHome home)
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        var script = Path.Combine(folder, "ssh");
        File.WriteAllText(script, Ssh.Replace("@BUSYBOX@", Busybox, StringComparison.Ordinal).Replace("@PORT@", FormattableString.Invariant($"{((IPEndPoint)listener.LocalEndPoint!).Port}"), StringComparison.Ordinal));
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        home.Environment["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH");
        // Instead of the agent, a thousand times: a file of some bytes.
        var agent = Path.Combine(folder, "agents", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "gantry-agent");
        Directory.CreateDirectory(Path.GetDirectoryName(agent)!);
        File.WriteAllText(agent, "no agent");
        home.Environment["GANTRY_AGENTS"] = Path.Combine(folder, "agents");
        Command.Time(new System.Diagnostics.ProcessStartInfo("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Key]));
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Whether it can be here.</summary>
    public static bool IsPossible => File.Exists(Busybox) && Tools.Has("ssh-keygen");

    public const string Needs = "busybox and ssh-keygen";

    /// <summary>The links that stand.</summary>
    public int Links => Volatile.Read(ref links);

    /// <summary>Jobs that its hosts say to run.</summary>
    public int Running => hosts.Sum(host => host.Running);

    /// <summary>The configuration of a fleet of so many hosts, each of which takes so many jobs.</summary>
    public string Configuration(int count, int jobs) =>
        $"type: fleet\nname: simulated\nprocess_user: bench\nblocks: {jobs}\nssh_config:\n  user: root\n  identity_file: {Key}\n  hosts:\n"
        + string.Concat(Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"    - 10.77.{i / 250}.{1 + i % 250}\n")));

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await Task.WhenAll(serving.Append(accepting));
        ending.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private const string Busybox = "/usr/bin/busybox";

    private string Key => Path.Combine(folder, "id");

    private async Task AcceptAsync()
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var (peer, name) = (await listener.AcceptAsync(ending.Token), FormattableString.Invariant($"simulated-{number}"));
                peer.NoDelay = true;
                serving.Add(Task.Run(() => ServeAsync(peer, name)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It ends.
        }
    }

    private async Task ServeAsync(Socket peer, string name)
    {
        using var host = new SimulatedHost(new NetworkStream(peer, ownsSocket: true), Guid.NewGuid(), SimulatedAgent.Facts(name, maxJobs: 1000), endsJobs: false);
        hosts.Add(host);
        Interlocked.Increment(ref links);
        try
        {
            await host.ServeAsync(ending.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException or SocketException or ObjectDisposedException)
        {
            // The server ended the link.
        }
        finally
        {
            Interlocked.Decrement(ref links);
        }
    }
}
