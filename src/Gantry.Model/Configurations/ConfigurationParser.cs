using Gantry.Model.Configurations.Reading;

namespace Gantry.Model.Configurations;

/// <summary>Reads configuration files (<c>.dstack.yml</c>). Never throws for what a file holds: every problem is in the result.</summary>
public static class ConfigurationParser
{
    /// <summary>Largest file, in bytes or characters. A configuration is a page of text; what is larger is another file by mistake.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Reads the bytes of a file: UTF-8, with or without a byte order mark.</summary>
    public static ParseResult<Configuration> Parse(ReadOnlySpan<byte> bytes, string? fileName) => Source.Read(bytes, fileName, Bind);

    /// <summary>Reads the text of a file.</summary>
    public static ParseResult<Configuration> Parse(string text, string? fileName) => Source.Read(text, fileName, Bind);

    private static Configuration? Bind(Node root, ProblemList problems) => ConfigurationReader.Read(root, "", problems);
}
