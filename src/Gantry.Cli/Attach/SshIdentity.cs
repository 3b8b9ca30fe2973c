using System.Diagnostics;

namespace Gantry.Cli.Attach;

/// <summary>The key that this user logs into jobs with: one that they name, or one of Gantry's own, which is made once and never leaves this machine.</summary>
internal sealed record SshIdentity(string PrivateKeyPath, string PublicKey)
{
    /// <summary>The key.</summary>
    /// <param name="home">Gantry's home.</param>
    /// <param name="named">Path of a private key, whose public key lies beside it as <c>.pub</c>; null for Gantry's own.</param>
    /// <exception cref="CliException">It is not there, or can not be made.</exception>
    public static SshIdentity Find(string home, string? named)
    {
        var path = named is null ? Path.Combine(home, "ssh", "id_ed25519") : Path.GetFullPath(named);
        if (named is null && !File.Exists(path + ".pub"))
            Make(path);
        if (!File.Exists(path))
            throw new CliException(ExitCodes.Usage, $"--ssh-identity: there is no file {path}.");
        if (!File.Exists(path + ".pub"))
            throw new CliException(ExitCodes.Usage, $"--ssh-identity: the public key {path}.pub is missing. Make it with: ssh-keygen -y -f {path} > {path}.pub");
        return new SshIdentity(path, File.ReadAllText(path + ".pub").Trim());
    }

    private static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Two commands may be the first at once: each makes a pair of its own, and the later one counts.
        var aside = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using var keygen = Process.Start(new ProcessStartInfo("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "gantry", "-f", aside]))!;
            keygen.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CliException(ExitCodes.Failed, "There is no ssh-keygen here: attaching uses this machine's OpenSSH client. Install openssh-client, or use gantry exec.");
        }
        if (!File.Exists(aside + ".pub"))
            throw new CliException(ExitCodes.Failed, $"ssh-keygen made no key at {aside}.");
        File.Move(aside, path, overwrite: true);
        File.Move(aside + ".pub", path + ".pub", overwrite: true);
    }
}
