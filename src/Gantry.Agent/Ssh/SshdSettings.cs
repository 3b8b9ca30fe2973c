using Gantry.Agent.Native;

namespace Gantry.Agent.Ssh;

/// <summary>
/// What every sshd is told that lets people or nodes into jobs. It runs as the agent's user, who may be root, and whoever logs in is not: a session is nothing but the job's, and what
/// sshd itself would do for it on the host is refused. Unix sockets above all, among which is Docker's.
/// </summary>
internal static class SshdSettings
{
    /// <summary>What a session for files is asked for as: the program has to be searched where the job is.</summary>
    public const string SftpCommand = "gantry-sftp-server";

    /// <summary>Becomes the sftp-server of wherever it runs.</summary>
    public const string FindSftp = """
        for d in /usr/lib/openssh /usr/lib/ssh /usr/libexec/openssh /usr/libexec /usr/lib; do [ -x "$d/sftp-server" ] && exec "$d/sftp-server"; done
        echo 'There is no sftp-server where the job runs, which scp and sftp need. Add openssh-sftp-server to its image, use scp -O if it has scp, or gantry exec with tar.' >&2
        exit 127
        """;

    /// <summary>The lines.</summary>
    public static string Common => $"""
        AuthenticationMethods publickey
        StrictModes no
        UsePAM {(IsRootLocked() ? "yes" : "no")}
        UseDNS no
        PrintMotd no
        PrintLastLog no
        PermitUserRC no
        LogLevel ERROR
        X11Forwarding no
        AllowStreamLocalForwarding no
        PermitTunnel no
        GatewayPorts no
        MaxSessions 1000
        ClientAliveInterval 30
        Subsystem sftp {SftpCommand}
        """;

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
}
