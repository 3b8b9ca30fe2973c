using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Content;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>files/…</c>: archives that a user's runs bring along, each uploaded once.</summary>
internal sealed class FileEndpoints(Ledger ledger, UploadBody uploads)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/files/get_archive_by_hash", FindAsync).Requires(Access.User);
        routes.MapPost("/api/files/upload_archive", UploadAsync).Requires(Access.User);
    }

    private async Task FindAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetFileArchiveByHashRequest);
        var user = context.Caller().User.Id;
        // Whoever asks is about to submit a run with it: from now on it stays for a while.
        var archive = await ledger.CommitAsync(
            (db, _) =>
            {
                if (db.FileArchives.SingleOrDefault(row => row.UserId == user && row.Hash == request.Hash) is not { } row)
                    return null;
                row.UsedAt = ledger.Now;
                return new FileArchive(row.Id, row.Hash);
            },
            context.RequestAborted);
        await context.WriteAsync(archive ?? throw ApiError.NotExists(), ApiJson.Default.FileArchive);
    }

    private async Task UploadAsync(HttpContext context)
    {
        var blob = await uploads.StoreAsync(context, "The archive");
        var user = context.Caller().User.Id;
        var archive = await ledger.CommitAsync(
            (db, _) =>
            {
                var now = ledger.Now;
                var row = db.FileArchives.SingleOrDefault(row => row.UserId == user && row.Hash == blob.Hash);
                if (row is null)
                    db.FileArchives.Add(row = new FileArchiveRow { Id = Guid.NewGuid(), UserId = user, Hash = blob.Hash, Size = blob.Size, CreatedAt = now, UsedAt = now });
                row.UsedAt = now;
                return new FileArchive(row.Id, row.Hash);
            },
            context.RequestAborted);
        await context.WriteAsync(archive, ApiJson.Default.FileArchive);
    }
}
