using System.Security.Cryptography;
using System.Text;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>A file of SQL, read as strictly as an engine would want it, and its checksum.</summary>
internal static class ScriptFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's text, without byte order mark, line ends as <c>\n</c>; null when there is no such file.</summary>
    /// <exception cref="MigrationException">It holds a NUL byte or is not UTF-8.</exception>
    public static string? ReadText(string file)
    {
        if (!File.Exists(file))
            return null;

        var bytes = File.ReadAllBytes(file).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        // An engine reads up to the first NUL and would call the rest done.
        if (bytes.Contains((byte)0))
            throw Invalid($"{file} holds a NUL byte.");

        try
        {
            // A checkout on another system must not look like an edit: one kind of line end.
            return StrictUtf8.GetString(bytes).ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException error)
        {
            throw Invalid($"{file} is not UTF-8.", error);
        }
    }

    /// <summary>The file as a source that is named relative to the folder of migrations.</summary>
    public static SourceText Read(string folder, string file) =>
        new(Path.GetRelativePath(folder, file).Replace('\\', '/'), ReadText(file) ?? throw Invalid($"{file} went away while it was read."));

    /// <summary>SHA-256 of these texts, lower-case hex. Blanks at an end do not count.</summary>
    public static string Checksum(IEnumerable<string> texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', texts.Select(text => text.TrimEnd())))));

    /// <summary>Something in the folder is not as it must be.</summary>
    public static MigrationException Invalid(string message, Exception? inner = null) =>
        new(MigrationFailure.InvalidFolder, message + " Nothing was changed.", inner);
}
