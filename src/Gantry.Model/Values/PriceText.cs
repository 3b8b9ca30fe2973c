using System.Globalization;

namespace Gantry.Model.Values;

/// <summary>A price in dollars an hour, above 0.</summary>
public static class PriceText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "dollars an hour, above 0, such as 1.5";

    /// <summary>Reads a price.</summary>
    public static Parsed<double> Parse(string text) =>
        !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
        || !double.IsFinite(value) ? Parsed.Error<double>("is not a price")
        : value > 0 ? Parsed.Ok(value)
        : Parsed.Error<double>("is not above 0");

    /// <summary>The shortest form that reads back as the same number.</summary>
    public static string Print(double price) => price.ToString("R", CultureInfo.InvariantCulture);
}
