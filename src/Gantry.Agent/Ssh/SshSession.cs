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
    /// <summary>What a session for files is asked for as, where the job's own root has to be searched for the program.</summary>
    public const string SftpCommand = "gantry-sftp-server";

    // Where distributions keep it: on no PATH.
    private static readonly string[] SftpDirectories = ["/usr/lib/openssh", "/usr/lib/ssh", "/usr/libexec/openssh", "/usr/libexec", "/usr/lib"];
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

    private static string Config(RunningJob job, ExecutorSet executors, string hostKey, string keys) => $"""
        HostKey "{hostKey}"
        AuthorizedKeysFile "{keys}"
        AuthenticationMethods publickey
        PermitRootLogin yes
        PidFile none
        StrictModes no
        UsePAM {(IsRootLocked() ? "yes" : "no")}
        UseDNS no
        PrintMotd no
        PrintLastLog no
        LogLevel ERROR
        X11Forwarding no
        AllowTcpForwarding yes
        AllowStreamLocalForwarding yes
        PermitTunnel no
        ClientAliveInterval 30
        Subsystem sftp {(job.Container is null ? HostTools.Search("sftp-server", SftpDirectories) ?? SftpCommand : SftpCommand)}
        ForceCommand {Enter(job, executors)}

        """;

    private static string Enter(RunningJob job, ExecutorSet executors)
    {
        if (job.Container is not { } container)
            return $"exec {executors.Process.Tools.Shell} {StartScript.Quote(executors.Process.WriteEntry(job.Spool, job.Order))} --ssh";
        var runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? $"DOTNET_ROOT={StartScript.Quote(root)} " : "";
        return $"{runtime}exec {StartScript.Quote(Environment.ProcessPath!)} enter {StartScript.Quote(executors.Docker.Docker!.Api.Socket)} {container}";
    }

    // Without PAM sshd lets nobody in whose password is locked, whatever key they have.
    private static bool IsRootLocked()
    {
        try
        {
            return Libc.geteuid() == 0 && File.ReadLines("/etc/shadow").Any(line => line.StartsWith("root:!", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

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
