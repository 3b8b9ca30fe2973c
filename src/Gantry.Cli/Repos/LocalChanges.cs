using System.Security.Cryptography;
using System.Text;
using Gantry.Cli.Content;

namespace Gantry.Cli.Repos;

/// <summary>
/// What a clone has beyond a commit: commits that were not pushed, changes that were not committed, and new files that neither .gitignore nor .dstackignore leaves
/// out, as one patch. It is made with an index and an object store of its own: nothing in the user's clone is touched.
/// </summary>
internal static class LocalChanges
{
    /// <summary>The patch; empty when there is nothing.</summary>
    public static async Task<byte[]> DiffAsync(string root, string commit, CancellationToken cancellation)
    {
        var git = new GitCommand(root);
        var aside = Directory.CreateTempSubdirectory("gantry-diff-").FullName;
        try
        {
            var environment = new Dictionary<string, string>
            {
                ["GIT_INDEX_FILE"] = Path.Combine(aside, "index"),
                ["GIT_OBJECT_DIRECTORY"] = Directory.CreateDirectory(Path.Combine(aside, "objects")).FullName,
                ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Path.GetFullPath((await git.DoAsync(["rev-parse", "--git-path", "objects"], cancellation)).Text, root),
            };
            await git.DoAsync(["read-tree", "HEAD"], cancellation, environment);
            await git.DoAsync(["add", "--update"], cancellation, environment);
            var added = Kept(root, (await git.DoAsync(["ls-files", "--others", "--exclude-standard", "-z"], cancellation, environment)).Output);
            if (added.Length > 0)
                await git.DoAsync(["update-index", "--add", "-z", "--stdin"], cancellation, environment, added);
            return (await git.DoAsync(
                ["diff", "--cached", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", commit, "--"], cancellation, environment)).Output;
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
        }
    }

    /// <summary>SHA-256, lower-case hex.</summary>
    public static string HashOf(byte[] patch) => Convert.ToHexStringLower(SHA256.HashData(patch));

    // git knows no .dstackignore.
    private static byte[] Kept(string root, byte[] listed)
    {
        var rules = new Dictionary<string, IgnoreRules>(StringComparer.Ordinal);
        var kept = new StringBuilder();
        foreach (var path in Encoding.UTF8.GetString(listed).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // A clone within the clone is listed as a directory: it is a repo of its own.
            if (!path.EndsWith('/') && !IsLeftOut(root, path.Split('/'), rules))
                kept.Append(path).Append('\0');
        }
        return Encoding.UTF8.GetBytes(kept.ToString());
    }

    private static bool IsLeftOut(string root, string[] names, Dictionary<string, IgnoreRules> rules)
    {
        var at = root;
        for (var depth = 0; depth < names.Length; depth++)
        {
            if (!rules.TryGetValue(at, out var here))
                rules[at] = here = IgnoreRules.Of(at);
            at = Path.Combine(at, names[depth]);
            if (here.LeavesOut(at, isDirectory: depth < names.Length - 1))
                return true;
        }
        return false;
    }
}
