using System.Globalization;

namespace Gantry.Server.Content;

/// <summary>How many bytes one archive of files, or one repo's local changes, may have: dstack's setting, of the server's environment.</summary>
/// <param name="Bytes">Null for any number.</param>
internal sealed record UploadLimit(long? Bytes)
{
    /// <summary>The variable; 0 means no limit.</summary>
    public const string Variable = "DSTACK_SERVER_CODE_UPLOAD_LIMIT";

    private const long Usual = 2 << 20;

    /// <summary>Reads the setting.</summary>
    /// <exception cref="IOException">It is no number of bytes.</exception>
    public static UploadLimit Of(Func<string, string?> environment) => environment(Variable) switch
    {
        null or "" => new(Usual),
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => new(bytes == 0 ? null : bytes),
        var text => throw new IOException($"{Variable}: '{text}' is not a number of bytes; allowed is a whole number, 0 for no limit. The default is {Usual}."),
    };

    /// <summary>The sentence for what is larger.</summary>
    public string Exceeded(string what) => string.Create(CultureInfo.InvariantCulture,
        $"{what} is larger than the {Bytes:N0} bytes that this server takes in one upload. Nothing was stored. "
        + $"Leave out what the run does not need with a .gitignore or .dstackignore file, or set {Variable} (in bytes, 0 for no limit) where the server is started.");
}
