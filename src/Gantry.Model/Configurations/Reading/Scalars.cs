using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Single values out of nodes.</summary>
internal static class Scalars
{
    /// <summary>Text, as it was written; null after reporting why there is none.</summary>
    public static string? Text(Node node, string path, ProblemList problems)
    {
        if (node is not ScalarNode scalar)
        {
            problems.Add(node, path, $"must be text, not {node.Kind}");
            return null;
        }
        // No command line, environment or path can hold one: it would be cut there in silence.
        if (scalar.Text.Contains('\0', StringComparison.Ordinal))
        {
            problems.Add(node, path, "must not contain a NUL character");
            return null;
        }
        return scalar.Text;
    }

    /// <summary>true or false; null after reporting a problem.</summary>
    public static bool? Flag(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode { Flag: { } flag })
            return flag;
        Wrong(node, path, problems, "is neither true nor false", "true, false");
        return null;
    }

    /// <summary>A value with a short form; null after reporting a problem.</summary>
    public static T? Scalar<T>(Node node, string path, ProblemList problems, Func<string, Parsed<T>> parse, string allowed) where T : struct
    {
        if (node is not ScalarNode scalar)
        {
            Wrong(node, path, problems, "", allowed);
            return null;
        }
        var parsed = parse(scalar.Text);
        if (parsed.Ok)
            return parsed.Value;
        Wrong(node, path, problems, parsed.Error, allowed);
        return null;
    }

    /// <summary>The same for reference types.</summary>
    public static T? Form<T>(ScalarNode node, string path, ProblemList problems, Func<string, Parsed<T>> parse, string? allowed) where T : class
    {
        var parsed = parse(node.Text);
        if (parsed.Ok)
            return parsed.Value;
        Wrong(node, path, problems, parsed.Error, allowed);
        return null;
    }

    /// <summary>One of an enum's names; null after reporting a problem.</summary>
    public static TEnum? Choice<TEnum>(Node node, string path, ProblemList problems) where TEnum : struct, Enum
    {
        if (node is ScalarNode scalar && WireName.Parse<TEnum>(scalar.Text) is { } value)
            return value;
        NotOneOf(node, path, problems, WireName.All<TEnum>());
        return null;
    }

    /// <summary>Reports a value that is none of a few names.</summary>
    public static void NotOneOf(Node node, string path, ProblemList problems, IReadOnlyList<string> names) =>
        Wrong(node, path, problems, "is not known here", string.Join(", ", names), node is ScalarNode { Text: var text } ? Nearest.To(text, names) : null);

    /// <summary>Reports a wrong value with what is allowed.</summary>
    public static void Wrong(Node node, string path, ProblemList problems, string error, string? allowed, string? suggestion = null)
    {
        if (node is ScalarNode { Text: var text })
            problems.Add(node, path, $"\"{Shorten(text)}\" {error}", allowed, text, suggestion);
        else
            problems.Add(node, path, $"must be a single value, not {node.Kind}", allowed);
    }

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 80 ? line : line[..79] + "…";
    }
}
