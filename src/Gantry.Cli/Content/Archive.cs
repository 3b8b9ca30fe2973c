namespace Gantry.Cli.Content;

/// <summary>A packed file or directory: a temporary file that goes with this object.</summary>
/// <param name="Content">The tar, from its beginning.</param>
/// <param name="Hash">Its SHA-256, lower-case hex.</param>
/// <param name="LeftOut">Links that lead out of the directory.</param>
internal sealed record Archive(FileStream Content, string Hash, IReadOnlyList<string> LeftOut) : IDisposable
{
    public long Size => Content.Length;

    public void Dispose() => Content.Dispose();
}
