using System.Text;

namespace Gantry.Model.Configurations.Reading;

/// <summary>From the bytes of a YAML file to a value or its problems.</summary>
internal static class Source
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ParseResult<T> Read<T>(ReadOnlySpan<byte> bytes, string? fileName, Func<Node, ProblemList, T?> bind) where T : class
    {
        var problems = new ProblemList();
        if (bytes.Length > ConfigurationParser.MaxLength)
            return TooLong<T>(fileName, problems);
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            var before = bytes[..Math.Clamp(error.Index, 0, bytes.Length)];
            var line = before.Count((byte)'\n') + 1;
            problems.Add(line, before.Length - (before.LastIndexOf((byte)'\n') + 1) + 1, "", "is not UTF-8 text");
            return new ParseResult<T>(fileName, null, problems.InOrder());
        }
        return Read(text, fileName, bind);
    }

    public static ParseResult<T> Read<T>(string text, string? fileName, Func<Node, ProblemList, T?> bind) where T : class
    {
        var problems = new ProblemList();
        if (text.Length > ConfigurationParser.MaxLength)
            return TooLong<T>(fileName, problems);
        var root = YamlNodes.Read(text, problems);
        var value = root is null ? null : bind(root, problems);
        return new ParseResult<T>(fileName, problems.Count == 0 ? value : null, problems.InOrder());
    }

    private static ParseResult<T> TooLong<T>(string? fileName, ProblemList problems) where T : class
    {
        problems.Add(1, 1, "", "the file is larger than 1 MiB, which no configuration is");
        return new ParseResult<T>(fileName, null, problems.InOrder());
    }
}
