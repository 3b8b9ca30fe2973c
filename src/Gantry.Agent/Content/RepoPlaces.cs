using System.Formats.Tar;

namespace Gantry.Agent.Content;

/// <summary>What is said of a repo's place in a job.</summary>
internal static class RepoPlaces
{
    /// <summary>Something is there.</summary>
    public static string Taken(string target) =>
        $"The repo goes to {target}, and that is not empty. The job was not started, and nothing there was changed. Give it another `path` (or another `working_dir`), or let what is there stay with `if_exists: skip`.";

    /// <summary>A mount is where the repo has something.</summary>
    public static string Covered(string mount) =>
        $"The repo has something at {mount}, where a volume is to be: one would hide the other. The job was not started, and nothing in the volume was changed. Give the volume another path.";

    /// <summary>The first mount that is where the repo has something of its own, or below something that is no directory; null when there is none.</summary>
    /// <param name="repo">The repo.</param>
    /// <param name="target">Absolute path that it goes to.</param>
    /// <param name="mounts">Absolute paths below that.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static async Task<string?> FindCoveredAsync(LocalRepo repo, string target, IReadOnlyList<string> mounts, CancellationToken cancellation)
    {
        if (mounts.Count == 0)
            return null;
        if (repo.Directory is { } clone)
            return mounts.FirstOrDefault(mount => IsCovered(clone, Path.GetRelativePath(target, mount)));
        await using var file = File.OpenRead(repo.Archive!);
        await using var tar = new TarReader(file);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            // Below the one root of the archive, whatever that is called.
            var path = string.Join('/', entry.Name.Split('/').Where(part => part is not ("" or ".")).Skip(1));
            if (path.Length > 0 && mounts.FirstOrDefault(mount => Meet(path, entry.EntryType == TarEntryType.Directory, Path.GetRelativePath(target, mount))) is { } covered)
                return covered;
        }
        return null;
    }

    private static bool IsCovered(string directory, string path)
    {
        var parts = path.Split('/');
        for (var depth = 1; depth < parts.Length; depth++)
        {
            var above = new DirectoryInfo(Path.Combine(directory, string.Join('/', parts[..depth])));
            if (!above.Exists || above.LinkTarget is not null)
                return above.LinkTarget is not null || File.Exists(above.FullName);
        }
        var at = new FileInfo(Path.Combine(directory, path));
        return at.LinkTarget is not null || Path.Exists(at.FullName);
    }

    private static bool Meet(string entry, bool isDirectory, string mount) =>
        entry == mount || entry.StartsWith(mount + "/", StringComparison.Ordinal) || (!isDirectory && mount.StartsWith(entry + "/", StringComparison.Ordinal));
}
