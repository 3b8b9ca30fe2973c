using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Values;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Server.Secrets;
using Gantry.Storage;

namespace Gantry.Server.Content;

/// <summary>What a run that is submitted names of its project's repos.</summary>
internal sealed class RunCode(RepoSecrets secrets)
{
    /// <summary>Refuses a spec whose repo is not here or can not be cloned from anywhere, and keeps its upload.</summary>
    public void Use(GantryDb db, RunSpec effective, Guid projectId, Caller caller, DateTimeOffset now)
    {
        if (RunRepo.Of(effective) is not { } repo)
            return;
        var row = db.Repos.FirstOrDefault(row => row.ProjectId == projectId && row.Name == effective.RepoId);
        if (repo.IsRemote)
            CheckUrl(repo.Url ?? (row is null ? null : UrlOf(db, row.Id, caller.User.Id)), effective.RepoId!);
        if (effective.RepoCodeHash is not { } hash)
        {
            if (!repo.IsRemote)
                throw ApiError.Bad("repo_code_hash: it is missing, and the repo is a directory that has to be uploaded. Nothing was submitted. Apply with a command that uploads it.");
            return;
        }
        if (row is null || db.RepoCodes.FirstOrDefault(code => code.RepoId == row.Id && code.Hash == hash) is not { } code)
            throw ApiError.Bad($"repo_code_hash: {hash}: it was not uploaded to the repo {effective.RepoId}. Nothing was submitted. Upload it again.");
        code.UsedAt = now;
    }

    private string? UrlOf(GantryDb db, Guid repoId, Guid userId)
    {
        try
        {
            return secrets.Find(db, repoId, userId)?.CloneUrl;
        }
        catch (SealedException error)
        {
            throw ApiError.Bad($"{error.Message} Nothing was submitted. Give the credentials again with `gantry init`.");
        }
    }

    // The URL may hold a password, and is not repeated.
    private static void CheckUrl(string? url, string repoId)
    {
        if (url is null)
            throw ApiError.Bad($"repos: {repoId}: the server does not know where to clone it from for you. Nothing was submitted. Run `gantry init` in it, then apply again.");
        if (RepoUrl.Parse(url) is null)
            throw ApiError.Bad($"repos: {repoId}: its URL is none that can be cloned. Nothing was submitted. Allowed: {RepoUrl.Allowed}.");
    }
}
