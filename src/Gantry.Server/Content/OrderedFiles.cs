using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Storage;

namespace Gantry.Server.Content;

/// <summary>What an agent has to fetch for a job.</summary>
internal static class OrderedFiles
{
    /// <summary>The archives that a job's spec names, in their order.</summary>
    public static IReadOnlyList<JobFile> Of(GantryDb db, JobSpec spec)
    {
        if (spec.FileArchives.Count == 0)
            return [];
        var ids = spec.FileArchives.Select(file => file.Id).ToList();
        var rows = db.FileArchives.Where(row => ids.Contains(row.Id)).ToDictionary(row => row.Id);
        // One that is no more has no bytes: its agent then says that they are gone.
        return [.. spec.FileArchives.Select(file => rows.TryGetValue(file.Id, out var row) ? new JobFile(row.Hash, row.Size, file.Path) : new JobFile(Gone, 1, file.Path))];
    }

    private static readonly string Gone = new('0', 64);
}
