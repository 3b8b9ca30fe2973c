using Gantry.Model.Configurations;

namespace Gantry.Model.Values;

/// <summary>A repo as text: <c>.</c>, <c>..:/repo</c>, <c>https://github.com/org/repo:path</c>, <c>git@github.com:org/repo.git:path</c>.</summary>
public static class RepoText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a local path or the URL of a Git repo, optionally followed by :PATH for where it goes in the job";

    // Git's own. Anything else before "://" is a local path that goes to "//…".
    private static readonly string[] Schemes = ["https", "http", "ssh", "git", "file"];

    /// <summary>Reads a repo.</summary>
    public static Parsed<RepoSpec> Parse(string text)
    {
        var start = EndOfAuthority(text);
        var isUrl = start > 0;
        var colon = text.IndexOf(':', start);
        var source = colon < 0 ? text : text[..colon];
        var path = colon < 0 ? "." : text[(colon + 1)..];
        if (source.Length == start || source.Length == 0 || path.Length == 0)
            return Parsed.Error<RepoSpec>("is not a repo");
        if (path.Contains(':', StringComparison.Ordinal))
            return Parsed.Error<RepoSpec>("has too many colons: use the long form with local_path or url, and path");
        return Parsed.Ok(isUrl ? new RepoSpec { Url = source, Path = path } : new RepoSpec { LocalPath = source, Path = path });
    }

    /// <summary>The short form; null where there is none (a branch, a hash, an action).</summary>
    public static string? Print(RepoSpec repo)
    {
        if (repo is not { Branch: null, Hash: null, IfExists: RepoExistsAction.Error } || (repo.Url ?? repo.LocalPath) is not { } source)
            return null;
        return repo.Path == "." ? source : $"{source}:{repo.Path}";
    }

    /// <summary>Where the colons of a URL's scheme, host and port end; 0 for a local path.</summary>
    private static int EndOfAuthority(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && Array.IndexOf(Schemes, text[..scheme]) >= 0)
            return text.IndexOf('/', scheme + 3) is >= 0 and var slash ? slash : text.Length;
        // scp's form: user@host:path
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && colon > at && !text.AsSpan(0, colon).Contains('/') ? colon + 1 : 0;
    }
}
