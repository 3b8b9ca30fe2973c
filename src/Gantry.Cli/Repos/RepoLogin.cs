using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Cli.Repos;

/// <summary>As whom hosts clone a repo: what the user says, else what git on this machine has for it.</summary>
internal static class RepoLogin
{
    private const string Token = "GANTRY_GIT_TOKEN";
    private const string User = "GANTRY_GIT_USERNAME";

    /// <summary>Credentials that were given on the command line.</summary>
    /// <exception cref="CliException">They do not fit the URL, or the key can not be read.</exception>
    public static RemoteRepoCreds Given(RepoUrl url, string? token, string? keyFile, Invocation invocation)
    {
        if (token is not null && !url.IsHttp)
            throw new CliException(ExitCodes.Invalid, $"--token is for URLs of https, and the repo's is {url.Text}. Nothing was changed. Use --git-identity.");
        if (keyFile is not null && !url.IsSsh)
            throw new CliException(ExitCodes.Invalid, $"--git-identity is for URLs of ssh, and the repo's is {url.Text}. Nothing was changed. Use --token.");
        return new RemoteRepoCreds(url.Text, keyFile is null ? null : ReadKey(invocation.FullPath(keyFile)), token);
    }

    /// <summary>What this machine has: a token in the URL, GitHub's command, a key of the user's ssh. No more than a URL where there is nothing.</summary>
    public static async Task<RemoteRepoCreds> FindAsync(RepoUrl url, Invocation invocation, CancellationToken cancellation)
    {
        if (url.IsHttp)
            return new RemoteRepoCreds(url.Text, OauthToken: url.Password ?? url.Username ?? HubToken(url.Host, invocation));
        return new RemoteRepoCreds(url.Text, PrivateKey: url.IsSsh ? await KeyAsync(url, cancellation) : null);
    }

    /// <summary>Whether the repo can be read with these; otherwise what git says.</summary>
    public static async Task<string?> ComplaintAsync(RemoteRepoCreds credentials, CancellationToken cancellation)
    {
        var url = RepoUrl.Parse(credentials.CloneUrl)!;
        var environment = new Dictionary<string, string>();
        // What this machine's own helpers know, hosts do not.
        List<string> options = ["-c", "credential.helper="];
        string? keyFile = null;
        try
        {
            if (credentials.OauthToken is { } token)
            {
                (environment[User], environment[Token]) = (url.Username ?? "oauth2", token);
                options.AddRange(["-c", $"credential.{url.Scheme}://{url.Host}.helper=!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${User}\" \"${Token}\"; }}; f"]);
            }
            else if (credentials.PrivateKey is { } key)
            {
                keyFile = Path.GetTempFileName();
                File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                await File.WriteAllTextAsync(keyFile, key, cancellation);
                environment["GIT_SSH_COMMAND"] = $"ssh -i '{keyFile}' -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=accept-new";
            }
            var result = await new GitCommand("/").RunAsync([.. options, "ls-remote", "--quiet", "--heads", "--", url.Text], environment, null, cancellation);
            return result.Status == 0 ? null : credentials.OauthToken is { Length: > 0 } secret ? result.Error.Replace(secret, "***", StringComparison.Ordinal) : result.Error;
        }
        finally
        {
            if (keyFile is not null)
                File.Delete(keyFile);
        }
    }

    private static string ReadKey(string path)
    {
        try
        {
            var key = File.ReadAllText(path);
            return key.Contains("PRIVATE KEY", StringComparison.Ordinal) ? key : throw new CliException(ExitCodes.Invalid, $"{path} is no private key. Nothing was changed.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Invalid, $"The key {path} can not be read: {error.Message} Nothing was changed.");
        }
    }

    // hosts.yml of gh: the host, and below it "oauth_token: …".
    private static string? HubToken(string host, Invocation invocation)
    {
        var file = Path.Combine(invocation.Environment("HOME") ?? "/root", ".config", "gh", "hosts.yml");
        if (!File.Exists(file))
            return null;
        var isIn = false;
        foreach (var line in File.ReadLines(file))
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
                isIn = line.TrimEnd().TrimEnd(':') == host;
            else if (isIn && line.Trim() is var entry && entry.StartsWith("oauth_token:", StringComparison.Ordinal))
                return entry["oauth_token:".Length..].Trim().Trim('"', '\'') is { Length: > 0 } token ? token : null;
        }
        return null;
    }

    // The first key that ssh would try for that host and that needs no passphrase.
    private static async Task<string?> KeyAsync(RepoUrl url, CancellationToken cancellation)
    {
        var target = url.Text.StartsWith("ssh://", StringComparison.Ordinal) ? new Uri(url.Text).Host : url.Host;
        using var ssh = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("ssh", ["-G", target]) { RedirectStandardOutput = true, RedirectStandardError = true });
        if (ssh is null)
            return null;
        var settings = await ssh.StandardOutput.ReadToEndAsync(cancellation);
        await ssh.WaitForExitAsync(cancellation);
        var home = Environment.GetEnvironmentVariable("HOME") ?? "/root";
        foreach (var line in settings.Split('\n').Where(line => line.StartsWith("identityfile ", StringComparison.Ordinal)))
        {
            var path = line["identityfile ".Length..].Trim();
            path = path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, path[2..]) : path;
            if (File.Exists(path) && await IsOpenAsync(path, cancellation))
                return await File.ReadAllTextAsync(path, cancellation);
        }
        return null;
    }

    private static async Task<bool> IsOpenAsync(string path, CancellationToken cancellation)
    {
        using var keygen = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("ssh-keygen", ["-y", "-P", "", "-f", path]) { RedirectStandardOutput = true, RedirectStandardError = true });
        if (keygen is null)
            return false;
        await keygen.StandardOutput.ReadToEndAsync(cancellation);
        await keygen.WaitForExitAsync(cancellation);
        return keygen.ExitCode == 0;
    }
}
