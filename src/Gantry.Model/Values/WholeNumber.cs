using System.Globalization;

namespace Gantry.Model.Values;

/// <summary>A whole number in decimal digits.</summary>
public static class WholeNumber
{
    /// <summary>
    /// Reads decimal digits with an optional sign. A leading zero is refused: YAML 1.1 reads <c>010</c> as eight, and people mean ten.
    /// </summary>
    public static Parsed<int> Parse(string text)
    {
        var digits = text.AsSpan().TrimStart("+-");
        if (digits.Length < text.Length - 1 || digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return Parsed.Error<int>("is not a whole number");
        if (digits.Length > 1 && digits[0] == '0')
            return Parsed.Error<int>("starts with a zero, which YAML reads as octal: leave the zero out");
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Parsed.Ok(value)
            : Parsed.Error<int>("is too large a number");
    }

    /// <summary>Reads a whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Parsed<int> Parse(string text, int min, int max) => Parse(text).Then(value =>
        value < min ? Parsed.Error<int>($"is less than {Print(min)}")
        : value > max ? Parsed.Error<int>($"is more than {Print(max)}")
        : Parsed.Ok(value));

    /// <summary>Reads a count: a whole number from 0.</summary>
    public static Parsed<int> ParseCount(string text) => Parse(text, 0, int.MaxValue);

    /// <summary>Decimal digits.</summary>
    public static string Print(int value) => value.ToString(CultureInfo.InvariantCulture);
}
