using Gantry.Model.Configurations;

namespace Gantry.Model.Values;

/// <summary>A file as text: <c>local:path</c>, or <c>local</c> alone for the same path in the job.</summary>
public static class FilePathText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "LOCAL:PATH, or LOCAL alone for the same path in the job";

    /// <summary>Reads a file mapping.</summary>
    public static Parsed<FilePathMapping> Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var local = colon < 0 ? text : text[..colon];
        var path = colon < 0 ? WithoutSlash(text) : text[(colon + 1)..];
        if (local.Length == 0 || path.Length == 0)
            return Parsed.Error<FilePathMapping>("is not a file mapping");
        return path.Contains(':', StringComparison.Ordinal)
            ? Parsed.Error<FilePathMapping>("has more than one colon: use the long form with local_path and path")
            : Parsed.Ok(new FilePathMapping(local, path));
    }

    /// <summary>The short form.</summary>
    public static string Print(FilePathMapping file) =>
        file.LocalPath == file.Path ? file.Path : $"{file.LocalPath}:{file.Path}";

    // "/opt/org/" means the same as "/opt/org".
    private static string WithoutSlash(string path) => path.Length > 1 ? path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : path;
}
