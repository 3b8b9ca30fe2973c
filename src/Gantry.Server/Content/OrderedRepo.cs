using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Model.Values;
using Gantry.Server.Secrets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Content;

/// <summary>What an agent has to do for a job's repo.</summary>
internal sealed class OrderedRepo(RepoSecrets secrets)
{
    private static readonly string Gone = new('0', 64);

    /// <summary>The repo of a run's job.</summary>
    /// <param name="db">The database.</param>
    /// <param name="run">The run.</param>
    /// <param name="effective">Its effective spec.</param>
    /// <param name="repo">Its repo.</param>
    /// <param name="spec">The job.</param>
    public JobRepo Of(GantryDb db, RunRow run, RunSpec effective, RunRepo repo, JobSpec spec)
    {
        var row = db.Repos.FirstOrDefault(row => row.ProjectId == run.ProjectId && row.Name == effective.RepoId);
        var credentials = row is null ? null : Open(db, row.Id, run.UserId);
        var url = repo.IsRemote && (credentials?.CloneUrl ?? repo.Url) is { } text ? RepoUrl.Parse(text) : null;
        return new JobRepo
        {
            Path = spec.RepoDir,
            SkipIfExists = spec.RepoExistsAction == "skip",
            CloneUrl = repo.IsRemote ? url?.Text ?? "" : null,
            Branch = repo.Branch,
            Hash = repo.Hash,
            SingleBranch = spec.SingleBranch == true,
            UserName = repo.ConfigName,
            UserEmail = repo.ConfigEmail,
            Upload = effective.RepoCodeHash is { } hash ? Upload(db, row, hash) : null,
            Credentials = Credentials(url, credentials),
        };
    }

    // Credentials that nobody can open any more are as good as none: the clone then says what it lacks.
    private RemoteRepoCreds? Open(GantryDb db, Guid repoId, Guid userId)
    {
        try
        {
            return secrets.Find(db, repoId, userId);
        }
        catch (SealedException)
        {
            return null;
        }
    }

    private static RepoCredentials? Credentials(RepoUrl? url, RemoteRepoCreds? given) => url switch
    {
        { IsHttp: true } when given?.OauthToken is { Length: > 0 } token => new RepoCredentials(url.Username, token),
        { IsHttp: true, Password: { } password } => new RepoCredentials(url.Username, password),
        // A token in the place of the user, as GitHub's clone links have it.
        { IsHttp: true, Username: { } username } => new RepoCredentials(username, ""),
        { IsSsh: true } when given?.PrivateKey is { Length: > 0 } key => new RepoCredentials(PrivateKey: key),
        _ => null,
    };

    // One that is no more has no bytes: its agent then says that it is gone.
    private static JobFile Upload(GantryDb db, RepoRow? repo, string hash) =>
        repo is not null && db.RepoCodes.FirstOrDefault(code => code.RepoId == repo.Id && code.Hash == hash) is { } code
            ? new JobFile(code.Hash, code.Size, "")
            : new JobFile(Gone, 1, "");
}
