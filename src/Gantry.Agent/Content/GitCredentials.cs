using System.Text;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Agent.Content;

/// <summary>
/// Hands credentials to git: a token by a variable of git's own environment, which only a helper for that host reads; a private key as a file in memory, which
/// is there while git runs. Nothing of them is on a command line or on a disk.
/// </summary>
internal sealed class GitCredentials
{
    private const string UserVariable = "GANTRY_GIT_USERNAME";
    private const string TokenVariable = "GANTRY_GIT_TOKEN";
    private const string AnyUser = "oauth2";

    // Only for this host: where it redirects to, git asks no helper.
    private const string Helper = $"!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${UserVariable}\" \"${TokenVariable}\"; }}; f";
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _keys;
    private readonly string _knownHosts;

    /// <summary>For one agent. What an agent that was killed left of keys goes.</summary>
    /// <param name="spool">The agent's spool.</param>
    /// <param name="memory">A directory in memory.</param>
    public GitCredentials(string spool, string memory = "/dev/shm")
    {
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(spool))))[..16];
        _keys = Path.Combine(memory, $"gantry-git-{name}");
        _knownHosts = Path.Combine(spool, "git-known-hosts");
        if (Directory.Exists(_keys))
            Directory.Delete(_keys, recursive: true);
    }

    /// <summary>What git is to be given for a job. Disposing it takes the key away.</summary>
    /// <exception cref="StartRefusedException">There is no place for a key.</exception>
    public Given Of(Guid jobId, RepoUrl url, RepoCredentials? who)
    {
        if (url.IsSsh)
            return Ssh(who?.PrivateKey is { } key ? Write(jobId, key) : null);
        if (!url.IsHttp || who?.Token is not { } token)
            return new Given([], [], [], null);
        var user = who.Username ?? AnyUser;
        return new Given(
            ["-c", "credential.helper=", "-c", $"credential.{url.Scheme}://{url.Host}.helper={Helper}"],
            new Dictionary<string, string> { [UserVariable] = user, [TokenVariable] = token },
            // A token that was given as the user.
            token.Length > 0 ? [token] : [user],
            null);
    }

    private Given Ssh(string? key)
    {
        var command = new StringBuilder("ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=30 -o ServerAliveInterval=15");
        command.Append(" -o UserKnownHostsFile=").Append(StartScript.Quote(_knownHosts));
        command.Append(" -i ").Append(StartScript.Quote(key ?? "/dev/null"));
        return new Given([], new Dictionary<string, string> { ["GIT_SSH_COMMAND"] = command.ToString(), ["GIT_SSH_VARIANT"] = "ssh" }, [], key);
    }

    private string Write(Guid jobId, string key)
    {
        try
        {
            Directory.CreateDirectory(_keys, OnlyOwner | UnixFileMode.UserExecute);
            var path = Path.Combine(_keys, jobId.ToString());
            File.Delete(path);
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OnlyOwner });
            // ssh takes no key whose last line does not end.
            file.Write(Encoding.UTF8.GetBytes(key.ReplaceLineEndings("\n").TrimEnd('\n') + "\n"));
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The private key of the job's repo has to be kept in memory while it is cloned, and {Path.GetDirectoryName(_keys)} of this host can not be written: {exception.Message} The job was not started.");
        }
    }

    /// <summary>What git is given.</summary>
    /// <param name="options">Options of git itself, before its command.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="secrets">What must not be said.</param>
    /// <param name="keyPath">A file to be removed.</param>
    public sealed class Given(string[] options, Dictionary<string, string> environment, string[] secrets, string? keyPath) : IDisposable
    {
        /// <summary>Options of git itself, before its command.</summary>
        public string[] Options => options;

        /// <summary>Variables.</summary>
        public IReadOnlyDictionary<string, string> Environment => environment;

        /// <summary>A text without what must not be said, should git say it.</summary>
        public string Hide(string text) => secrets.Aggregate(text, (hidden, secret) => hidden.Replace(secret, "***", StringComparison.Ordinal));

        /// <inheritdoc/>
        public void Dispose()
        {
            if (keyPath is not null)
                File.Delete(keyPath);
        }
    }
}
