using System.ComponentModel;
using System.Diagnostics;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Fleets;

/// <summary>Reads the private keys that a fleet's configuration names, as dstack's client does: the server logs in with them.</summary>
internal sealed class FleetKeys(Invocation invocation)
{
    private readonly Dictionary<string, SshKey?> read = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    /// <summary>The configuration with its keys. Every key that cannot be read is reported at once.</summary>
    public FleetConfiguration Fill(FleetConfiguration fleet, string file)
    {
        if (fleet.SshConfig is not { } ssh)
            return fleet;
        var filled = ssh with
        {
            SshKey = Key(ssh.IdentityFile, ssh.SshKey, "ssh_config.identity_file"),
            ProxyJump = Fill(ssh.ProxyJump, "ssh_config.proxy_jump.identity_file"),
            Hosts = [.. ssh.Hosts.Select((host, index) => host with
            {
                SshKey = Key(host.IdentityFile, host.SshKey, $"ssh_config.hosts[{index}].identity_file"),
                ProxyJump = Fill(host.ProxyJump, $"ssh_config.hosts[{index}].proxy_jump.identity_file"),
            })],
        };
        return problems.Count == 0
            ? fleet with { SshConfig = filled }
            : throw new CliException(ExitCodes.Invalid, string.Join('\n', problems.Select(problem => $"{file}: {problem}")) + "\nNothing was applied.");
    }

    private SshProxy? Fill(SshProxy? proxy, string path) => proxy is null ? null : proxy with { SshKey = Key(proxy.IdentityFile, proxy.SshKey, path) };

    private SshKey? Key(string? file, SshKey? given, string path)
    {
        if (file is null || given?.Private is not null)
            return given;
        if (read.TryGetValue(file, out var known))
            return known;
        try
        {
            return read[file] = Read(file);
        }
        catch (CliException error)
        {
            problems.Add($"{path}: {error.Message}");
            return read[file] = null;
        }
    }

    private SshKey Read(string file)
    {
        var home = invocation.Environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var full = invocation.FullPath(file == "~" ? home : file.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, file[2..]) : file);
        string text;
        try
        {
            text = File.ReadAllText(full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Invalid, $"\"{file}\" cannot be read: {error.Message}");
        }
        return new SshKey(PublicHalf(full, file), text);
    }

    // OpenSSH itself says whether it is a key, and one that can be used without asking anybody for a passphrase.
    private static string PublicHalf(string full, string file)
    {
        try
        {
            var start = new ProcessStartInfo("ssh-keygen") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            foreach (var argument in (string[])["-y", "-P", "", "-f", full])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd().Trim();
            var error = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output
                : error.Contains("passphrase", StringComparison.OrdinalIgnoreCase)
                    ? throw new CliException(ExitCodes.Invalid, $"\"{file}\" has a passphrase, and the server could ask nobody for it. Name a key without one, made for this fleet: ssh-keygen -t ed25519 -N '' -f FILE")
                : error.Contains("UNPROTECTED", StringComparison.Ordinal)
                    ? throw new CliException(ExitCodes.Invalid, $"\"{file}\" may be read by others, so OpenSSH does not use it. chmod 600 {file}")
                : throw new CliException(ExitCodes.Invalid, $"\"{file}\" is not a private key that OpenSSH can read: {error.Split('\n')[^1]}");
        }
        catch (Win32Exception)
        {
            throw new CliException(ExitCodes.Invalid, "There is no ssh-keygen to read it with. Install OpenSSH's client.");
        }
    }
}
