using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Agent.Content;

/// <summary>
/// Clones a job's repo with the host's own git, as the agent's user, into a directory of the agent's; from there it goes to the job. So the image needs no git, and
/// neither the job nor whatever else runs as its user sees the credentials. No configuration but what is given here holds, no hook and no filter of the host runs.
/// </summary>
internal sealed class GitClone(GitCredentials credentials)
{
    private const string HelpWithCredentials = " If it is private, give your credentials with `gantry init --token TOKEN` or `gantry init --git-identity KEY`.";

    // Settings of the machine that decide whether it reaches anything at all.
    private static readonly string[] Passed = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>Clones into a directory that does not exist yet, checks the commit out, and puts the local changes on top.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="repo">What to clone.</param>
    /// <param name="who">Who clones it; null for everybody.</param>
    /// <param name="patch">Path of the local changes; null for none.</param>
    /// <param name="directory">Absolute path.</param>
    /// <param name="mayReadHost">Whether it may be a path of this host: only for a job that could read it itself.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="StartRefusedException">It can not be, and why.</exception>
    /// <exception cref="Jobs.NoRoomException">The disk is full.</exception>
    public async Task RunAsync(Guid jobId, JobRepo repo, RepoCredentials? who, string? patch, string directory, bool mayReadHost, CancellationToken cancellation)
    {
        var url = RepoUrl.Parse(repo.CloneUrl ?? "") ?? throw new StartRefusedException("The server did not say where to clone the job's repo from. The job was not started. Run `gantry init` in the repo, then apply it again.");
        if (url.Scheme == "file" && !mayReadHost)
            throw new StartRefusedException($"The repo {url.Text} is a path of the host, which only a job may use that runs there as the agent's own user. The job was not started. Give a URL of https or ssh.");
        CheckNames(repo);
        var git = HostTools.Search("git") ?? throw new StartRefusedException("The job has a repo, which needs the program git on the host, and this host has none. The job was not started. Install git there.");
        using var secret = credentials.Of(jobId, url, who);
        var run = new Git(git, directory, Environment(url, secret), secret, cancellation);
        await run.DoAsync([.. secret.Options, "clone", "--quiet", "--no-checkout", repo.SingleBranch ? "--single-branch" : "--no-single-branch", .. Branch(repo), "--", url.Text, directory],
            $"the repo {url.Text} could not be cloned", HelpWithCredentials, inside: false);
        await CheckOutAsync(run, secret, url, repo);
        await ConfigureAsync(run, repo);
        if (patch is not null)
            await run.DoAsync(["apply", "--whitespace=nowarn", patch], $"the local changes could not be applied to {repo.Hash ?? repo.Branch ?? "the last commit"} of {url.Text}", " Push them, or apply the run again.");
    }

    private static string[] Branch(JobRepo repo) => repo.Branch is { } branch ? ["--branch", branch] : [];

    private static async Task CheckOutAsync(Git git, GitCredentials.Given secret, RepoUrl url, JobRepo repo)
    {
        if (repo.Hash is not { } hash)
        {
            // A repo without any commit is as it should be already.
            if (await git.TryAsync(["rev-parse", "--quiet", "--verify", "HEAD"]))
                await git.DoAsync(["reset", "--quiet", "--hard"], $"the repo {url.Text} could not be checked out");
            return;
        }
        var commit = hash + "^{commit}";
        if (!await git.TryAsync(["cat-file", "-e", commit]))
        {
            await git.DoAsync([.. secret.Options, "fetch", "--quiet", "origin", hash], $"the commit {hash} is not in the repo {url.Text}", " Push it, then apply the run again.");
        }
        await git.DoAsync(
            repo.Branch is { } branch ? ["checkout", "--quiet", "--force", "-B", branch, commit] : ["checkout", "--quiet", "--force", "--detach", commit], $"the commit {hash} of {url.Text} could not be checked out");
        if (repo.Branch is not null)
            await git.TryAsync(["branch", "--quiet", $"--set-upstream-to=origin/{repo.Branch}", repo.Branch]);
    }

    private static async Task ConfigureAsync(Git git, JobRepo repo)
    {
        foreach (var (key, value) in new[] { ("user.name", repo.UserName), ("user.email", repo.UserEmail) })
        {
            if (value is { Length: > 0 } text)
                await git.DoAsync(["config", key, text], $"{key} of the clone could not be set");
        }
    }

    // They come from a user, and must be no options of git.
    private static void CheckNames(JobRepo repo)
    {
        if (repo.Hash is { } hash && (hash.Length is < 4 or > 64 || !hash.All(char.IsAsciiHexDigit)))
            throw new StartRefusedException($"'{hash}' is no hash of a commit. The job was not started.");
        if (repo.Branch is { } branch && (branch.StartsWith('-') || branch.Any(char.IsControl)))
            throw new StartRefusedException($"'{branch}' is no name of a branch. The job was not started.");
    }

    private static Dictionary<string, string> Environment(RepoUrl url, GitCredentials.Given secret)
    {
        var variables = new Dictionary<string, string>(secret.Environment, StringComparer.Ordinal)
        {
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_ALLOW_PROTOCOL"] = url.Scheme == "file" ? "file" : "http:https:ssh:git",
            ["GIT_LFS_SKIP_SMUDGE"] = "1",
            // git's complaints are looked at.
            ["LC_ALL"] = "C",
        };
        foreach (var name in Passed)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                variables[name] = value;
        }
        return variables;
    }

    private sealed class Git(string program, string directory, Dictionary<string, string> environment, GitCredentials.Given secret, CancellationToken cancellation)
    {
        public async Task<bool> TryAsync(string[] args) => (await RunAsync(args, inside: true)).Status == 0;

        public async Task DoAsync(string[] args, string failure, string help = "", bool inside = true)
        {
            var (status, complaint) = await RunAsync(args, inside);
            if (status != 0)
                throw HostCommand.Failed(failure, secret.Hide(complaint), help);
        }

        private Task<(int Status, string Complaint)> RunAsync(string[] args, bool inside) => HostCommand.RunAsync(
            [program, .. inside ? (string[])["-C", directory] : [], "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", .. args], account: null, environment, input: null, cancellation);
    }
}
