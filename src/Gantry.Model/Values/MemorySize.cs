using System.Globalization;

namespace Gantry.Model.Values;

/// <summary>A size of memory or disk, held in GB: <c>24GB</c>, <c>512MB</c>, <c>1.5TB</c>; a plain number is GB. 1 GB is 1024 MB.</summary>
public static class MemorySize
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a size such as 24GB, 512MB or 1.5TB (a plain number is GB)";

    private const double Largest = 1L << 40;

    /// <summary>Reads a size in GB.</summary>
    public static Parsed<double> Parse(string text)
    {
        var number = text.AsSpan().Trim();
        var factor = Ends(number, "MB") ? 1 / 1024.0 : Ends(number, "TB") ? 1024.0 : 1.0;
        if (HasUnit(number))
            number = number[..^2];
        if (!double.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value))
            return Parsed.Error<double>("is not a size");
        var gigabytes = value * factor;
        return gigabytes <= Largest ? Parsed.Ok(gigabytes) : Parsed.Error<double>("is too large a size");
    }

    /// <summary>Whether text ends in a unit, and so can only be a size.</summary>
    internal static bool HasUnit(ReadOnlySpan<char> text) => Ends(text, "MB") || Ends(text, "GB") || Ends(text, "TB");

    /// <summary>The shortest form: MB for what is less than 1 GB and a whole number of them, GB otherwise.</summary>
    public static string Print(double gigabytes) =>
        gigabytes is > 0 and < 1 && double.IsInteger(gigabytes * 1024)
            ? Invariant(gigabytes * 1024) + "MB"
            : Invariant(gigabytes) + "GB";

    private static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static bool Ends(ReadOnlySpan<char> text, ReadOnlySpan<char> unit) =>
        text.TrimEnd().EndsWith(unit, StringComparison.OrdinalIgnoreCase);
}
