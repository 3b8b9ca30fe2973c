using System.Diagnostics;
using System.Text;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Streams;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Ssh;

/// <summary>What the host's sshd needs for one connection into a job: the job's host key, the keys that may log in, and a configuration whose every session enters the job.</summary>
internal sealed class SshSession : IDisposable
{
    private readonly string _keysPath;

    private SshSession(string sshd, string configPath, string keysPath) => (Sshd, ConfigPath, _keysPath) = (sshd, configPath, keysPath);

    /// <summary>The host's sshd.</summary>
    public string Sshd { get; }

    /// <summary>The configuration.</summary>
    public string ConfigPath { get; }

    /// <summary>Makes all of it.</summary>
    /// <exception cref="StreamBrokenException">The host has no OpenSSH.</exception>
    public static SshSession Prepare(RunningJob job, ExecutorSet executors, IReadOnlyList<string> keys)
    {
        var sshd = Need("sshd", "openssh-server");
        var directory = job.Spool.SshDirectory;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var hostKey = Path.Combine(directory, "host_key");
        MakeHostKey(hostKey);
        // Root's sshd keeps what it has not trusted yet in here; the package makes it only when its service starts.
        if (Libc.geteuid() == 0)
            Directory.CreateDirectory("/run/sshd");
        var id = Guid.NewGuid().ToString("N");
        var session = new SshSession(sshd, Path.Combine(directory, $"config-{id}"), Path.Combine(directory, $"keys-{id}"));
        SpoolFiles.WriteNew(session._keysPath, Encoding.UTF8.GetBytes(string.Concat(keys.Select(key => key.ReplaceLineEndings(" ").Trim() + "\n"))));
        SpoolFiles.WriteNew(session.ConfigPath, Encoding.UTF8.GetBytes(Config(job, executors, hostKey, session._keysPath)));
        return session;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(ConfigPath);
        File.Delete(_keysPath);
    }

    // Agent forwarding needs a socket where the job is: for a process that is here.
    private static string Config(RunningJob job, ExecutorSet executors, string hostKey, string keys) => $"""
        HostKey "{hostKey}"
        AuthorizedKeysFile "{keys}"
        PidFile none
        PermitRootLogin yes
        AllowTcpForwarding yes
        AllowAgentForwarding {(job.Container is null ? "yes" : "no")}
        {SshdSettings.Common}
        ForceCommand {JobEntry.Command(job.Spool, job.Order, executors)}

        """;

    private static void MakeHostKey(string path)
    {
        if (File.Exists(path))
            return;
        // Aside: two may come first at once.
        var aside = $"{path}.{Guid.NewGuid():N}";
        using (var keygen = Process.Start(new ProcessStartInfo(Need("ssh-keygen", "openssh-client"), ["-q", "-t", "ed25519", "-N", "", "-C", "gantry", "-f", aside]))!)
            keygen.WaitForExit();
        if (!File.Exists(aside))
            throw new StreamBrokenException("ssh-keygen made no host key on the job's host.");
        File.Delete(aside + ".pub");
        File.Move(aside, path, overwrite: true);
    }

    private static string Need(string program, string package) => HostTools.Search(program) ?? throw new StreamBrokenException(
        $"The job's host has no {program}: ssh into jobs uses the host's own OpenSSH. Install {package} on {Environment.MachineName}. The job itself is not touched; gantry exec needs none of it.");
}
