namespace Gantry.Cli.Content;

/// <summary>
/// What of a directory tree is left out: <c>.git</c>, and what the <c>.gitignore</c> and <c>.dstackignore</c> files say, of the tree itself and of the
/// directories above it up to the Git repo's own. As in git, a deeper file goes before a higher one, a later line before an earlier one,
/// and what is in a directory that is left out cannot come back. In one directory <c>.dstackignore</c> goes before <c>.gitignore</c>.
/// </summary>
internal sealed class IgnoreRules
{
    private static readonly string[] FileNames = [".dstackignore", ".gitignore"];
    private readonly List<Level> levels;

    private IgnoreRules(List<Level> levels) => this.levels = levels;

    private sealed record Level(int Depth, IReadOnlyList<IgnorePattern> Patterns);

    /// <summary>The rules that hold for the entries of a directory.</summary>
    /// <param name="directory">Absolute path.</param>
    public static IgnoreRules Of(string directory)
    {
        var above = new Stack<string>();
        for (var at = directory; at is not null; at = Path.GetDirectoryName(at))
        {
            above.Push(at);
            if (Path.Exists(Path.Combine(at, ".git")))
                return above.Aggregate(new IgnoreRules([]), (rules, path) => rules.Below(path));
        }
        // In no repo: only the tree's own.
        return new IgnoreRules([]).Below(directory);
    }

    /// <summary>The rules one directory further down.</summary>
    public IgnoreRules Below(string directory)
    {
        var depth = Names(directory).Length;
        var read = FileNames.Select(name => new Level(depth, Read(Path.Combine(directory, name)))).Where(level => level.Patterns.Count > 0).ToList();
        return read.Count == 0 ? this : new IgnoreRules([.. read, .. levels]);
    }

    /// <summary>Whether an entry is left out.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public bool LeavesOut(string path, bool isDirectory)
    {
        var names = Names(path);
        if (names[^1] == ".git")
            return true;
        foreach (var level in levels)
        {
            for (var line = level.Patterns.Count - 1; line >= 0; line--)
            {
                if (level.Patterns[line].Matches(names.AsSpan(level.Depth), isDirectory))
                    return !level.Patterns[line].IsException;
            }
        }
        return false;
    }

    private static string[] Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static List<IgnorePattern> Read(string file)
    {
        try
        {
            return File.Exists(file) ? [.. File.ReadLines(file).Select(IgnorePattern.Parse).OfType<IgnorePattern>()] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Invalid, $"{file} cannot be read, so what is to be left out is not known. Nothing was uploaded. {error.Message}");
        }
    }
}
