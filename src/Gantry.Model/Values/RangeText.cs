namespace Gantry.Model.Values;

/// <summary>A range as text: <c>2</c>, <c>2..8</c>, <c>2..</c>, <c>..8</c>; both ends are included.</summary>
public static class RangeText
{
    /// <summary>Reads a range of whole numbers from 0.</summary>
    public static Parsed<Range<int>> ParseCounts(string text) => Parse(text, WholeNumber.ParseCount);

    /// <summary>Reads a range of sizes in GB.</summary>
    public static Parsed<Range<double>> ParseSizes(string text) => Parse(text, MemorySize.Parse);

    /// <summary>Reads a range whose ends are read by <paramref name="end"/>.</summary>
    public static Parsed<Range<T>> Parse<T>(string text, Func<string, Parsed<T>> end) where T : struct, IComparable<T>
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
            return end(text).Then(value => Parsed.Ok(new Range<T>(value, value)));
        return Optional(text[..dots].Trim(), end).Then(min => Optional(text[(dots + 2)..].Trim(), end).Then(max => Between(min, max)));
    }

    /// <summary>A range from its ends: at least one is needed, and they must be in order.</summary>
    public static Parsed<Range<T>> Between<T>(T? min, T? max) where T : struct, IComparable<T> => (min, max) switch
    {
        (null, null) => Parsed.Error<Range<T>>("has neither a lowest nor a highest value"),
        ({ } low, { } high) when low.CompareTo(high) > 0 => Parsed.Error<Range<T>>("has a lowest value that is above its highest"),
        _ => Parsed.Ok(new Range<T>(min, max)),
    };

    /// <summary>A single value where both ends are equal, <c>2..8</c>, <c>2..</c> or <c>..8</c> otherwise.</summary>
    public static string Print<T>(Range<T> range, Func<T, string> end) where T : struct, IComparable<T> =>
        range is { Min: { } min, Max: { } max } && min.CompareTo(max) == 0
            ? end(min)
            : (range.Min is { } low ? end(low) : "") + ".." + (range.Max is { } high ? end(high) : "");

    /// <summary>The form of a range of whole numbers.</summary>
    public static string Print(Range<int> range) => Print(range, WholeNumber.Print);

    /// <summary>The form of a range of sizes in GB.</summary>
    public static string Print(Range<double> range) => Print(range, MemorySize.Print);

    private static Parsed<T?> Optional<T>(string text, Func<string, Parsed<T>> end) where T : struct =>
        text.Length == 0 ? Parsed.Ok<T?>(null) : end(text).Then(value => Parsed.Ok<T?>(value));
}
