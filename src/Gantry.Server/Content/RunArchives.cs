using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Storage;

namespace Gantry.Server.Content;

/// <summary>What a run that is submitted names of its user's uploads.</summary>
internal static class RunArchives
{
    /// <summary>Refuses a spec whose files are not here, and keeps those that are.</summary>
    public static void Use(GantryDb db, RunSpec spec, Caller caller, DateTimeOffset now)
    {
        if (spec.Configuration is RunConfiguration { Files: [var first, ..] } && spec.FileArchives.Count == 0)
            throw ApiError.Bad($"files: {first.LocalPath}: it was not uploaded: the run names no archive (file_archives). Nothing was submitted. Apply it with a command that uploads files.");
        var ids = spec.FileArchives.Select(file => file.Id).Distinct().ToList();
        if (ids.Count == 0)
            return;
        var rows = db.FileArchives.Where(row => ids.Contains(row.Id) && row.UserId == caller.User.Id).ToList();
        var missing = ids.Except(rows.Select(row => row.Id)).ToList();
        if (missing.Count > 0)
            throw ApiError.Bad([.. missing.Select(id => $"file_archives: {id}: there is no such archive of {caller.User.Name}. Nothing was submitted. Upload it again.")]);
        foreach (var row in rows)
            row.UsedAt = now;
    }
}
