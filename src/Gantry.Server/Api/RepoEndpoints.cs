using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Values;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Content;
using Gantry.Server.Secrets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>repos/…</c>: a project's repos, each user's credentials of them, and what users uploaded of them.</summary>
internal sealed class RepoEndpoints(Ledger ledger, UploadBody uploads, RepoSecrets secrets)
{
    private const int LongestName = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        var repos = routes.MapGroup("/api/project/{project_name}/repos").Requires(Access.ProjectMember);
        repos.MapPost("/list", ListAsync);
        repos.MapPost("/get", GetAsync);
        repos.MapPost("/init", InitAsync);
        repos.MapPost("/delete", DeleteAsync);
        repos.MapPost("/upload_code", UploadAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var project = context.Project().Id;
        var repos = ledger.Read(db => db.Repos.Where(row => row.ProjectId == project).OrderBy(row => row.CreatedAt).ThenBy(row => row.Name).ToList());
        return context.WriteAsync([.. repos.Select(row => new RepoHead(row.Name, Info(row)))], ApiJson.Default.IReadOnlyListRepoHead);
    }

    private async Task GetAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetRepoRequest);
        var (project, user) = (context.Project().Id, context.Caller().User.Id);
        var repo = ledger.Read(db =>
        {
            var row = Find(db, project, request.RepoId) ?? throw NotFound();
            return new RepoHeadWithCreds(row.Name, Info(row), request.IncludeCreds ? Open(db, row, user) : null);
        });
        await context.WriteAsync(repo, ApiJson.Default.RepoHeadWithCreds);
    }

    private RemoteRepoCreds? Open(GantryDb db, RepoRow row, Guid user)
    {
        try
        {
            return secrets.Find(db, row.Id, user);
        }
        catch (SealedException error)
        {
            throw ApiError.Bad($"{error.Message} Give them again with `gantry init`.");
        }
    }

    private async Task InitAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.SaveRepoCredsRequest);
        Check(request);
        var (project, user) = (context.Project().Id, context.Caller().User.Id);
        var info = JsonSerializer.Serialize(request.RepoInfo, ApiJson.Default.RepoInfo);
        // dstack's client says it before each apply, also of a run without a repo.
        var isKnown = request.RepoCreds is null && ledger.Read(db => Find(db, project, request.RepoId)) is { } known && known.Info == info;
        if (!isKnown)
        {
            await ledger.CommitAsync(
                (db, _) =>
                {
                    var row = Find(db, project, request.RepoId);
                    if (row is null)
                        db.Repos.Add(row = new RepoRow { Id = Guid.NewGuid(), ProjectId = project, Name = request.RepoId, Info = info, CreatedAt = ledger.Now });
                    row.Info = info;
                    if (request.RepoCreds is { } credentials)
                        secrets.Put(db, row.Id, user, credentials, ledger.Now);
                },
                context.RequestAborted);
        }
        await context.WriteNullAsync();
    }

    private static void Check(SaveRepoCredsRequest request)
    {
        if (request.RepoId.Length is 0 or > LongestName)
            throw ApiError.Unprocessable([("value_error", ["body", "repo_id"], $"repo_id has {request.RepoId.Length} characters; allowed is 1 to {LongestName}.")]);
        // A URL may hold a password, and is not repeated.
        if (request.RepoCreds is { } credentials && RepoUrl.Parse(credentials.CloneUrl) is null)
            throw ApiError.Unprocessable([("value_error", ["body", "repo_creds", "clone_url"], $"clone_url is no URL that can be cloned; allowed: {RepoUrl.Allowed}. Nothing was changed.")]);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.DeleteReposRequest);
        var project = context.Project().Id;
        await ledger.CommitAsync(
            (db, _) =>
            {
                foreach (var name in request.ReposIds.Distinct(StringComparer.Ordinal))
                {
                    var row = Find(db, project, name) ?? throw NotFound();
                    db.RepoCodes.RemoveRange(db.RepoCodes.Where(code => code.RepoId == row.Id));
                    db.RepoCredentials.RemoveRange(db.RepoCredentials.Where(credentials => credentials.RepoId == row.Id));
                    db.Repos.Remove(row);
                }
            },
            context.RequestAborted);
        await context.WriteNullAsync();
    }

    private async Task UploadAsync(HttpContext context)
    {
        var name = context.Request.Query["repo_id"].ToString();
        if (name.Length == 0)
            throw ApiError.Unprocessable([("missing", ["query", "repo_id"], "Field required")]);
        var project = context.Project().Id;
        _ = ledger.Read(db => Find(db, project, name)) ?? throw NotFound();
        var blob = await uploads.StoreAsync(context, "What is uploaded of the repo");
        await ledger.CommitAsync(
            (db, _) =>
            {
                var repo = Find(db, project, name) ?? throw NotFound();
                var now = ledger.Now;
                if (db.RepoCodes.FirstOrDefault(code => code.RepoId == repo.Id && code.Hash == blob.Hash) is { } known)
                    known.UsedAt = now;
                else
                    db.RepoCodes.Add(new RepoCodeRow { Id = Guid.NewGuid(), RepoId = repo.Id, Hash = blob.Hash, Size = blob.Size, CreatedAt = now, UsedAt = now });
            },
            context.RequestAborted);
        await context.WriteNullAsync();
    }

    private static RepoRow? Find(GantryDb db, Guid project, string name) => db.Repos.FirstOrDefault(row => row.ProjectId == project && row.Name == name);

    private static RepoInfo Info(RepoRow row) => JsonSerializer.Deserialize(row.Info, ApiJson.Default.RepoInfo)!;

    private static ApiError NotFound() => ApiError.NotExists();
}
