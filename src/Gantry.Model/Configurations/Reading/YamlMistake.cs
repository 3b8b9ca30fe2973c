using YamlDotNet.Core;

namespace Gantry.Model.Configurations.Reading;

/// <summary>
/// Says in people's words what the YAML scanner found. The two most common mistakes get sentences of their own: the scanner
/// places a tab before the line that has it, and calls a colon in a value an "invalid mapping".
/// </summary>
internal static class YamlMistake
{
    public static (int Line, int Column, string Message) Of(YamlException error, string text)
    {
        var (line, column) = ((int)error.Start.Line, (int)error.Start.Column);
        if (error.Message.Contains(" tab", StringComparison.Ordinal) && TabIndentation(text, line) is { } tab)
            return (tab, 1, "the line is indented with a tab, and YAML takes only spaces");
        if (error.Message.Contains("invalid mapping", StringComparison.Ordinal))
            return (line, column, "a key stands where none can be: check the indentation, and put a value that contains \": \" in quotes");
        return (line, column, Finding(error.Message));
    }

    /// <summary>The first line from <paramref name="from"/> on whose indentation holds a tab.</summary>
    private static int? TabIndentation(string text, int from)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number >= from && line[..^line.TrimStart().Length].Contains('\t'))
                return number;
        }
        return null;
    }

    // "While scanning a quoted scalar, found unexpected end of stream." Only what was found helps: the position says where.
    private static string Finding(string message)
    {
        var comma = message.StartsWith("While ", StringComparison.Ordinal) ? message.IndexOf(", ", StringComparison.Ordinal) : -1;
        var finding = (comma < 0 ? message : message[(comma + 2)..]).TrimEnd('.');
        return finding.Length == 0 ? "it cannot be read" : char.ToLowerInvariant(finding[0]) + finding[1..];
    }
}
