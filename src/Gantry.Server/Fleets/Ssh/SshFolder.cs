using System.Text;

namespace Gantry.Server.Fleets.Ssh;

/// <summary>
/// The files that one start of OpenSSH's client needs: its configuration, the private keys and the known hosts. Private keys are never on a
/// command line, and on no disk where the system has memory for files; they are gone as soon as the login is done.
/// </summary>
internal sealed class SshFolder : IDisposable
{
    public const string HostName = "gantry-host";
    private const string JumpName = "gantry-jump";
    private const string Prefix = "gantry-ssh-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string folder;

    public SshFolder(SshTarget target, string fallback)
    {
        folder = Path.Combine(Parent(fallback), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var text = new StringBuilder();
        Describe(text, HostName, $"gantry-{target.InstanceId:D}", target.Host, target.HostKeys);
        if (target.Jump is { } jump)
        {
            text.Append("  ProxyJump ").AppendLine(JumpName);
            Describe(text, JumpName, $"gantry-{target.InstanceId:D}-jump", jump, target.HostKeys);
        }
        Write(KnownHosts, target.HostKeys ?? "");
        Write(ConfigPath, text.ToString());
    }

    /// <summary>Removes what servers that were killed have left: no private key outlives them for long.</summary>
    public static void Sweep(string fallback)
    {
        foreach (var left in Directory.GetDirectories(Parent(fallback), Prefix + "*"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(left)[Prefix.Length..].Split('-')[0], out var pid) && !Directory.Exists($"/proc/{pid}"))
                    Directory.Delete(left, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone meanwhile.
            }
        }
    }

    public string ConfigPath => Path.Combine(folder, "config");

    /// <summary>The known hosts, with those that this login has added.</summary>
    public string ReadKnownHosts() => File.ReadAllText(KnownHosts);

    private string KnownHosts => Path.Combine(folder, "known_hosts");

    /// <summary>Removes the private keys: a connection that is up needs them no more.</summary>
    public void DropKeys()
    {
        File.Delete(KeyPath(HostName));
        File.Delete(KeyPath(JumpName));
    }

    public void Dispose()
    {
        DropKeys();
        Directory.Delete(folder, recursive: true);
    }

    private static string Parent(string fallback) => Directory.Exists("/dev/shm") ? "/dev/shm" : fallback;

    private string KeyPath(string name) => Path.Combine(folder, name + ".key");

    // A key that is pinned must be the host's; one that is not is taken at the first contact, and pinned.
    private void Describe(StringBuilder text, string name, string alias, SshLogin login, string? pinned)
    {
        var isPinned = pinned?.Split('\n').Any(line => line.StartsWith(alias + " ", StringComparison.Ordinal)) == true;
        Write(KeyPath(name), login.Key.EndsWith('\n') ? login.Key : login.Key + "\n");
        text.AppendLine($"""
            Host {name}
              HostName {login.Address}
              Port {login.Port}
              User {login.User}
              IdentityFile {KeyPath(name)}
              IdentitiesOnly yes
              IdentityAgent none
              PreferredAuthentications publickey
              BatchMode yes
              HostKeyAlias {alias}
              UserKnownHostsFile {KnownHosts}
              GlobalKnownHostsFile /dev/null
              StrictHostKeyChecking {(isPinned ? "yes" : "accept-new")}
              HashKnownHosts no
              UpdateHostKeys no
              ConnectTimeout 10
              ServerAliveInterval 5
              ServerAliveCountMax 3
              TCPKeepAlive yes
              ForwardAgent no
              ForwardX11 no
              ClearAllForwardings yes
              ControlMaster no
              ControlPath none
              PermitLocalCommand no
              RequestTTY no
              LogLevel ERROR
            """);
    }

    private static void Write(string path, string content)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        stream.Write(Encoding.UTF8.GetBytes(content));
    }
}
