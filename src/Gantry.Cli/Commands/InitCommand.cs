using System.CommandLine;
using Gantry.Cli.Projects;
using Gantry.Cli.Repos;
using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry init</c>: tells the server as whom the user's jobs clone a private repo.</summary>
internal static class InitCommand
{
    private sealed record Choice(string? Project, string Repo, string? Token, string? Key);

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project();
        var repo = new Option<string>("--repo", "-P") { Description = "The repo to initialize. Can be a local path or a Git repo URL. Defaults to the current working directory.", HelpName = "REPO", DefaultValueFactory = _ => "." };
        var token = new Option<string?>("--token", "-t") { Description = "An authentication token to access a private Git repo", HelpName = "OAUTH_TOKEN" };
        var key = new Option<string?>("--git-identity") { Description = "The private SSH key path to access a private Git repo", HelpName = "SSH_PRIVATE_KEY" };
        var command = new Command("init", "Give credentials for a private Git repo") { project, repo, token, key };
        command.Validators.Add(result =>
        {
            if (result.GetResult(token) is { Implicit: false } && result.GetResult(key) is { Implicit: false })
                result.AddError("--token and --git-identity exclude each other.");
        });
        HelpPage.SetEnding(command, """
            Needed only for a private repo of which this machine has no usable credentials: gantry apply finds a token in the URL or of gh, and a key of
            ssh without a passphrase, by itself. The credentials are yours alone, kept encrypted, and used to clone the repo for your runs.

            Examples:
              gantry init -t "$TOKEN"                                     the repo of this directory
              gantry init -P git@github.com:org/repo.git --git-identity ~/.ssh/deploy
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation, new Choice(parsed.GetValue(project), parsed.GetValue(repo)!, parsed.GetValue(token), parsed.GetValue(key)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, Choice choice, CancellationToken cancellation)
    {
        var url = await UrlAsync(invocation, choice.Repo, cancellation);
        var credentials = choice.Token is null && choice.Key is null
            ? await RepoLogin.FindAsync(url, invocation, cancellation)
            : RepoLogin.Given(url, choice.Token, choice.Key, invocation);
        if (url.IsSsh && credentials.PrivateKey is null)
            throw new CliException(ExitCodes.Failed, $"The repo {url.Text} is cloned over ssh, and this machine has no key for it that works without a passphrase. Nothing was changed. Give one: --git-identity KEY.");
        if (url.Scheme != "file" && await RepoLogin.ComplaintAsync(credentials, cancellation) is { } complaint)
            throw new CliException(ExitCodes.Failed, $"The repo {url.Text} can not be read: {complaint.ReplaceLineEndings("; ")}. Nothing was changed. Give other credentials: --token TOKEN, or --git-identity KEY.");
        using var project = ProjectConnection.Open(invocation, choice.Project);
        var id = PreparedRepo.IdOf(url.Name, url.Text);
        try
        {
            await project.Client.InitRepoAsync(project.Name, new SaveRepoCredsRequest(id, new RemoteRepoInfo(url.Name), credentials), cancellation);
        }
        catch (ApiException error)
        {
            throw new CliException(ExitCodes.Failed, error.Message);
        }
        var how = credentials.OauthToken is not null ? "with a token" : credentials.PrivateKey is not null ? "with a key of ssh" : "as anybody";
        invocation.Terminal.Print($"Your runs in project {project.Name} clone {url.Text} {how}.");
        return ExitCodes.Ok;
    }

    private static async Task<RepoUrl> UrlAsync(Invocation invocation, string repo, CancellationToken cancellation)
    {
        if (RepoUrl.Parse(repo) is { } url)
            return url;
        var directory = invocation.FullPath(repo);
        if (!Directory.Exists(directory))
            throw new CliException(ExitCodes.Invalid, $"--repo: there is no directory {directory}, and a URL of a repo it is not: allowed are a local path, or {RepoUrl.Allowed}.");
        if (await LocalRepo.FindRootAsync(directory, cancellation) is not { } root)
            throw new CliException(ExitCodes.Invalid, $"--repo: {directory} is no clone of a Git repo, so there is nothing to give credentials for.");
        return await LocalRepo.FindUrlAsync(new GitCommand(root), cancellation) is { } text && RepoUrl.Parse(text) is { } remote
            ? remote
            : throw new CliException(ExitCodes.Invalid, $"--repo: the clone {root} has no remote with a URL that hosts can clone; allowed: {RepoUrl.Allowed}.");
    }
}
