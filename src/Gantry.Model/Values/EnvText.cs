namespace Gantry.Model.Values;

/// <summary>An environment variable as text: <c>NAME=value</c>, or <c>NAME</c> for one whose value comes from the environment.</summary>
public static class EnvText
{
    /// <summary>Reads a variable; a null value has to come from the environment. The error never repeats the value.</summary>
    public static Parsed<KeyValuePair<string, string?>> Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        return IsName(name)
            ? Parsed.Ok(KeyValuePair.Create(name, equals < 0 ? null : text[(equals + 1)..]))
            : Parsed.Error<KeyValuePair<string, string?>>("does not start with a name of letters, digits and _");
    }

    /// <summary><c>NAME=value</c> or <c>NAME</c>.</summary>
    public static string Print(KeyValuePair<string, string?> variable) =>
        variable.Value is null ? variable.Key : $"{variable.Key}={variable.Value}";

    /// <summary>Whether text is a name: letters, digits and <c>_</c>, not starting with a digit.</summary>
    public static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}
