using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Cli.Apply;
using Gantry.Cli.Content;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Cli.Repos;

/// <summary>The <c>repos</c> of a configuration: looked at before anything is asked or sent; its changes are uploaded when the run is submitted.</summary>
internal sealed class PreparedRepo : IDisposable
{
    private readonly string name;
    private readonly RepoInfo info;
    private readonly JsonObject data;
    private readonly RepoUrl? url;
    private readonly string path;
    private readonly Archive? archive;
    private readonly byte[] patch;

    private PreparedRepo(RepoSpec spec, RepoInfo info, JsonObject data, RepoUrl? url, string id, byte[]? patch = null, Archive? archive = null)
    {
        (name, path, this.info, this.data, this.url, this.archive) = (spec.LocalPath ?? url?.Text ?? "", spec.Path, info, data, url, archive);
        this.patch = patch ?? [];
        Id = id;
    }

    /// <summary>By what the server knows it.</summary>
    public string Id { get; }

    /// <summary>Looks at the repo that a configuration names; null for none, and with problems.</summary>
    /// <param name="repos">The configuration's.</param>
    /// <param name="invocation">Around the command.</param>
    /// <param name="configurationFile">Relative paths begin beside it.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static async Task<PreparedRepo?> PrepareAsync(
        IReadOnlyList<RepoSpec> repos, Invocation invocation, string configurationFile, List<string> problems, CancellationToken cancellation)
    {
        if (repos is not [var spec, ..])
            return null;
        if (spec.Url is { } text)
        {
            // It may hold a password, and is not repeated.
            if (RepoUrl.Parse(text) is not { } url)
                problems.Add($"{configurationFile}: repos: url: it is none that hosts can clone; allowed: {RepoUrl.Allowed}. Nothing was submitted.");
            else
                return new PreparedRepo(spec, new RemoteRepoInfo(url.Name), Remote(url.Name, spec.Branch, spec.Hash), url, IdOf(url.Name, url.Text));
            return null;
        }
        var what = $"{configurationFile}: repos: {spec.LocalPath}";
        var directory = RunFiles.LocalPath(spec.LocalPath!, invocation, configurationFile);
        if (!Directory.Exists(directory))
        {
            problems.Add($"{what}: there is no directory {directory}. Nothing was submitted.");
            return null;
        }
        var git = new GitCommand(directory);
        var below = await git.RunAsync(["rev-parse", "--show-cdup"], null, null, cancellation);
        if (below.Status != 0)
            return OfDirectory(spec, directory, what, problems);
        if (below.Text.Length > 0)
        {
            problems.Add($"{what}: {directory} is inside of a clone, {Path.GetFullPath(below.Text, directory)}. Name that, or use `files` to send the directory as it is. Nothing was submitted.");
            return null;
        }
        return await OfCloneAsync(spec, directory, what, git, problems, cancellation);
    }

    /// <summary>The spec with what the server has to know of the repo.</summary>
    public RunSpec Describe(RunSpec spec) => spec with
    {
        // A URL may have a password in it, which is nothing to be stored with a run: it is among the credentials.
        Configuration = url is not null && spec.Configuration is RunConfiguration { Repos: [{ Url: not null } named, ..] } run ? run with { Repos = [named with { Url = url.Text }] } : spec.Configuration,
        RepoId = Id,
        RepoData = JsonDocument.Parse(data.ToJsonString()).RootElement.Clone(),
        RepoDir = path,
    };

    /// <summary>Sees to it that the server knows the repo, who clones it, and its changes; the spec then names them.</summary>
    public async Task<RunSpec> UploadAsync(RunSpec spec, ProjectConnection project, Invocation invocation, ApplyRequest request, CancellationToken cancellation)
    {
        try
        {
            await InitAsync(project, invocation, request, cancellation);
            if (archive is not null)
            {
                await project.Client.UploadRepoCodeAsync(project.Name, Id, archive.Hash, archive.Content, cancellation);
                return spec with { RepoCodeHash = archive.Hash };
            }
            if (patch.Length == 0)
                return spec;
            var hash = LocalChanges.HashOf(patch);
            await project.Client.UploadRepoCodeAsync(project.Name, Id, hash, new MemoryStream(patch), cancellation);
            return spec with { RepoCodeHash = hash };
        }
        catch (ApiException error)
        {
            throw new CliException(ExitCodes.Refused, $"repos: {name}: {error.Message} The run was not submitted.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => archive?.Dispose();

    /// <summary>An id that whoever clones the same has, too.</summary>
    public static string IdOf(string name, string source)
    {
        var word = new string([.. name.ToLowerInvariant().Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.').Take(40)]);
        return $"{(word.Length > 0 ? word : "repo")}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..12]}";
    }

    // What was given with `gantry init` stays; what this machine has for it is given where nothing was.
    private async Task InitAsync(ProjectConnection project, Invocation invocation, ApplyRequest request, CancellationToken cancellation)
    {
        var known = await project.Client.FindRepoAsync(project.Name, Id, cancellation);
        if (url is null)
        {
            if (known is null)
                await project.Client.InitRepoAsync(project.Name, new SaveRepoCredsRequest(Id, info), cancellation);
            return;
        }
        if ((request.RepoToken ?? request.RepoKey) is not null)
        {
            var said = RepoLogin.Given(url, request.RepoToken, request.RepoKey, invocation);
            await project.Client.InitRepoAsync(project.Name, new SaveRepoCredsRequest(Id, info, said), cancellation);
            return;
        }
        if (known?.RepoCreds is { } given && RepoUrl.Parse(given.CloneUrl)?.Text == url.Text && (given.OauthToken ?? given.PrivateKey) is not null)
            return;
        var found = await RepoLogin.FindAsync(url, invocation, cancellation);
        if (known?.RepoCreds != found)
            await project.Client.InitRepoAsync(project.Name, new SaveRepoCredsRequest(Id, info, found), cancellation);
    }

    private static async Task<PreparedRepo?> OfCloneAsync(RepoSpec spec, string root, string what, GitCommand git, List<string> problems, CancellationToken cancellation)
    {
        if (await LocalRepo.ReadAsync(root, spec, what, problems, cancellation) is not { } clone)
            return null;
        var described = Remote(clone.Url.Name, clone.Branch, clone.Base);
        described["repo_config_name"] = await git.AskAsync(cancellation, "config", "user.name");
        described["repo_config_email"] = await git.AskAsync(cancellation, "config", "user.email");
        var patch = clone.WithChanges ? await LocalChanges.DiffAsync(root, clone.Base, cancellation) : [];
        return new PreparedRepo(spec, new RemoteRepoInfo(clone.Url.Name), described, clone.Url, IdOf(clone.Url.Name, clone.Url.Text), patch);
    }

    private static PreparedRepo? OfDirectory(RepoSpec spec, string directory, string what, List<string> problems)
    {
        if (spec.Branch is not null || spec.Hash is not null)
        {
            problems.Add($"{what}: {directory} is no Git repo, so it has no branch and no commit. Remove `branch` and `hash`. Nothing was submitted.");
            return null;
        }
        try
        {
            var name = Path.GetFileName(directory);
            return new PreparedRepo(
                spec, new LocalRepoInfo(directory), new JsonObject { ["repo_type"] = "local", ["repo_dir"] = directory }, null,
                IdOf(name, $"{Environment.MachineName}:{directory}"), archive: ArchiveWriter.Pack(directory));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{what}: {error.Message} Nothing was submitted.");
            return null;
        }
    }

    private static JsonObject Remote(string name, string? branch, string? hash) => new()
    {
        ["repo_type"] = "remote",
        ["repo_name"] = name,
        ["repo_branch"] = branch,
        ["repo_hash"] = hash,
        ["repo_config_name"] = null,
        ["repo_config_email"] = null,
    };
}
