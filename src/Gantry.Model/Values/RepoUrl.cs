namespace Gantry.Model.Values;

/// <summary>The URL of a Git repo, taken apart: what may be shown, and what may not.</summary>
/// <param name="Text">The URL without user and password where it is one of http; of ssh with its user, which is no secret.</param>
/// <param name="Scheme"><c>https</c>, <c>http</c>, <c>ssh</c>, <c>git</c>, <c>file</c>.</param>
/// <param name="Host">Host, with the port if there is one; empty for a path.</param>
/// <param name="Username">User of an http URL; null for none.</param>
/// <param name="Password">Password or token of an http URL; null for none.</param>
public sealed record RepoUrl(string Text, string Scheme, string Host, string? Username = null, string? Password = null)
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "https://HOST/PATH, http://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH, git://HOST/PATH or file:///PATH";

    /// <summary>Whether it is cloned over ssh.</summary>
    public bool IsSsh => Scheme == "ssh";

    /// <summary>Whether it is cloned over http.</summary>
    public bool IsHttp => Scheme is "http" or "https";

    /// <summary>The last part of the path, without <c>.git</c>.</summary>
    public string Name
    {
        get
        {
            var path = Text.TrimEnd('/');
            var name = path[(path.LastIndexOfAny(['/', ':']) + 1)..];
            return name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
        }
    }

    /// <summary>Reads it; null for what is none, or of a scheme that is not for cloning.</summary>
    public static RepoUrl? Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return Scp(text);
        var name = text[..scheme].ToLowerInvariant();
        var rest = text[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : rest[slash..];
        var at = authority.LastIndexOf('@');
        var host = authority[(at + 1)..];
        switch (name)
        {
            case "file" when authority.Length == 0 && path.Length > 1:
                return new RepoUrl(text, name, "");
            case "ssh" or "git" when IsHost(host) && path.Length > 1:
                return new RepoUrl($"{name}://{authority}{path}", name, host);
            case "http" or "https" when IsHost(host) && path.Length > 1:
                var user = at < 0 ? [] : authority[..at].Split(':', 2);
                return new RepoUrl(
                    $"{name}://{host}{path}", name, host,
                    user is [{ Length: > 0 } given, ..] ? Uri.UnescapeDataString(given) : null,
                    user is [_, { Length: > 0 } password] ? Uri.UnescapeDataString(password) : null);
            default:
                return null;
        }
    }

    // user@host:path
    private static RepoUrl? Scp(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && colon > at + 1 && colon + 1 < text.Length && IsHost(text[(at + 1)..colon]) && text[0] != '-' ? new RepoUrl(text, "ssh", text[(at + 1)..colon]) : null;
    }

    // One that begins with a dash would be an option of ssh.
    private static bool IsHost(string host) => host.Length > 0 && host[0] != '-' && !host.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character is '/' or '\\');
}
