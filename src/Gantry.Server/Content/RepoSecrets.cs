using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Server.Secrets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Content;

/// <summary>Users' credentials of repos: sealed in the rows, each for its repo and user.</summary>
internal sealed class RepoSecrets(Sealer sealer)
{
    /// <summary>Keeps a user's credentials, in place of earlier ones.</summary>
    public void Put(GantryDb db, Guid repoId, Guid userId, RemoteRepoCreds credentials, DateTimeOffset now)
    {
        var text = sealer.Seal(JsonSerializer.Serialize(credentials, ApiJson.Default.RemoteRepoCreds), Place(repoId, userId));
        if (db.RepoCredentials.Find(repoId, userId) is { } row)
            (row.Credentials, row.CreatedAt) = (text, now);
        else
            db.RepoCredentials.Add(new RepoCredentialsRow { RepoId = repoId, UserId = userId, Credentials = text, CreatedAt = now });
    }

    /// <summary>A user's credentials; null for none.</summary>
    /// <exception cref="SealedException">They can not be opened.</exception>
    public RemoteRepoCreds? Find(GantryDb db, Guid repoId, Guid userId) => db.RepoCredentials.Find(repoId, userId) is { } row
        ? JsonSerializer.Deserialize(sealer.Open(row.Credentials, Place(repoId, userId)), ApiJson.Default.RemoteRepoCreds)
        : null;

    private static string Place(Guid repoId, Guid userId) => $"repos/{repoId}/{userId}";
}
