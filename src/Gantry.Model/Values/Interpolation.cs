using System.Text;

namespace Gantry.Model.Values;

/// <summary>An expression <c>${{ namespace.name }}</c> in a text.</summary>
/// <param name="Start">Where its <c>$</c> stands in the text, from 0.</param>
/// <param name="Length">Its length, with the braces.</param>
/// <param name="Namespace"><c>env</c>, <c>secrets</c>, <c>dstack</c>, …; null when the content is not <c>namespace.name</c>.</param>
/// <param name="Name">The name within; null when the content is not <c>namespace.name</c>.</param>
public readonly record struct InterpolationExpression(int Start, int Length, string? Namespace, string? Name);

/// <summary>Finds and replaces <c>${{ … }}</c>. What may stand where, and what it means, is for the caller to decide.</summary>
public static class Interpolation
{
    private const string Open = "${{";
    private const string Close = "}}";

    /// <summary>Every expression, in order. An opening without an end is plain text.</summary>
    public static IReadOnlyList<InterpolationExpression> Find(string text)
    {
        var found = new List<InterpolationExpression>();
        for (var start = text.IndexOf(Open, StringComparison.Ordinal); start >= 0;)
        {
            var end = text.IndexOf(Close, start + Open.Length, StringComparison.Ordinal);
            if (end < 0)
                break;
            var next = end + Close.Length;
            found.Add(Expression(start, next - start, text[(start + Open.Length)..end].Trim()));
            start = text.IndexOf(Open, next, StringComparison.Ordinal);
        }
        return found;
    }

    /// <summary>The text with each expression replaced; one that <paramref name="value"/> gives null for stays as it is.</summary>
    public static string Replace(string text, Func<InterpolationExpression, string?> value)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        foreach (var expression in Find(text))
        {
            result.Append(text, position, expression.Start - position);
            result.Append(value(expression) ?? text.Substring(expression.Start, expression.Length));
            position = expression.Start + expression.Length;
        }
        return result.Append(text, position, text.Length - position).ToString();
    }

    private static InterpolationExpression Expression(int start, int length, string content)
    {
        var dot = content.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && IsWord(content[..dot]) && IsWord(content[(dot + 1)..])
            ? new InterpolationExpression(start, length, content[..dot], content[(dot + 1)..])
            : new InterpolationExpression(start, length, null, null);
    }

    private static bool IsWord(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');
}
