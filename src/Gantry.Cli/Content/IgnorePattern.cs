namespace Gantry.Cli.Content;

/// <summary>A line of a <c>.gitignore</c> or <c>.dstackignore</c>, with git's meaning.</summary>
internal sealed class IgnorePattern
{
    private readonly string[] segments;
    private readonly bool directoriesOnly;

    private IgnorePattern(string[] segments, bool directoriesOnly, bool isException)
    {
        this.segments = segments;
        this.directoriesOnly = directoriesOnly;
        IsException = isException;
    }

    /// <summary>Whether what matches is taken after all (<c>!pattern</c>).</summary>
    public bool IsException { get; }

    /// <summary>Reads a line; null for an empty one or a comment.</summary>
    public static IgnorePattern? Parse(string line)
    {
        var text = TrimEnd(line.TrimEnd('\r'));
        if (text.Length == 0 || text[0] == '#')
            return null;
        var isException = text[0] == '!';
        if (isException)
            text = text[1..];
        var directoriesOnly = text.EndsWith('/');
        text = text.TrimEnd('/');
        if (text.Length == 0)
            return null;
        // Without a slash before its end it holds at any depth.
        var isAnchored = text.Contains('/', StringComparison.Ordinal);
        var segments = text.TrimStart('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length == 0 ? null : new IgnorePattern(isAnchored ? segments : ["**", .. segments], directoriesOnly, isException);
    }

    /// <summary>Whether it names this path.</summary>
    /// <param name="path">The names from the pattern's file down to the entry.</param>
    /// <param name="isDirectory">Whether the entry is a directory.</param>
    public bool Matches(ReadOnlySpan<string> path, bool isDirectory) => (isDirectory || !directoriesOnly) && Match(segments, path);

    private static bool Match(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty)
            return path.IsEmpty;
        if (pattern[0] == "**")
        {
            // At the end it stands for everything below, and not for the directory itself.
            if (pattern.Length == 1)
                return !path.IsEmpty;
            for (var skipped = 0; skipped < path.Length; skipped++)
            {
                if (Match(pattern[1..], path[skipped..]))
                    return true;
            }
            return false;
        }
        return !path.IsEmpty && MatchName(pattern[0], path[0]) && Match(pattern[1..], path[1..]);
    }

    private static bool MatchName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (!pattern.IsEmpty)
        {
            switch (pattern[0])
            {
                case '*':
                    pattern = pattern.TrimStart('*');
                    for (var taken = 0; taken <= name.Length; taken++)
                    {
                        if (MatchName(pattern, name[taken..]))
                            return true;
                    }
                    return false;
                case '?' when !name.IsEmpty:
                    pattern = pattern[1..];
                    name = name[1..];
                    continue;
                case '[' when !name.IsEmpty && MatchSet(pattern, name[0], out var length):
                    pattern = pattern[length..];
                    name = name[1..];
                    continue;
                case '?' or '[':
                    return false;
                case '\\' when pattern.Length > 1:
                    pattern = pattern[1..];
                    break;
            }
            if (name.IsEmpty || name[0] != pattern[0])
                return false;
            pattern = pattern[1..];
            name = name[1..];
        }
        return name.IsEmpty;
    }

    // [abc], [a-z], [!a-z]
    private static bool MatchSet(ReadOnlySpan<char> pattern, char character, out int length)
    {
        var at = 1;
        var isNegated = pattern.Length > 1 && pattern[1] is '!' or '^';
        if (isNegated)
            at++;
        var isIn = false;
        for (var first = true; at < pattern.Length && (first || pattern[at] != ']'); first = false)
        {
            var low = pattern[at];
            var high = low;
            if (at + 2 < pattern.Length && pattern[at + 1] == '-' && pattern[at + 2] != ']')
            {
                high = pattern[at + 2];
                at += 2;
            }
            isIn |= character >= low && character <= high;
            at++;
        }
        length = at + 1;
        // One that is not closed matches nothing.
        return at < pattern.Length && isIn != isNegated;
    }

    // Spaces at the end count only behind a backslash.
    private static string TrimEnd(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !(end > 1 && line[end - 2] == '\\'))
            end--;
        return line[..end];
    }
}
