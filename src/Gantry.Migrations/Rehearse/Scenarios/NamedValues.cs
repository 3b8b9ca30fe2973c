using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Values that scripts and checks name, and those near them: a bound's neighbours, texts of a named length, a text that a pattern matches.</summary>
internal static partial class NamedValues
{
    private const int Longest = 4000;
    private static readonly SearchValues<char> Wild = SearchValues.Create("%_*?^$[");

    /// <summary>Those that a script names, for a column of this shape.</summary>
    public static IEnumerable<Cell> Of(ScriptWords words, ColumnShape shape) => shape.Kind switch
    {
        ValueKind.Text or ValueKind.Other or ValueKind.Date or ValueKind.Time or ValueKind.Timestamp =>
            words.Strings.Where(text => !text.Contains('\0', StringComparison.Ordinal)).Concat(shape.Kind == ValueKind.Text ? Lengths(words).Select(length => new string('x', length)) : []).Select(text => new Cell(shape.Kind, text)),
        ValueKind.Integer or ValueKind.Decimal or ValueKind.Real => words.Numbers.SelectMany(text => Near(text, shape)).Select(text => new Cell(shape.Kind, text)),
        _ => [],
    };

    /// <summary>Those that a check names: its words are what the column holds, so that more is made of them. The likeliest come last.</summary>
    public static IEnumerable<Cell> OfCheck(ScriptWords check, ColumnShape shape)
    {
        if (shape.Kind != ValueKind.Text)
            return Of(check, shape);
        var patterns = check.Strings.Where(text => text.AsSpan().ContainsAny(Wild)).ToList();
        // {3} of a regular expression is a length, too.
        var lengths = Lengths(check).Concat(patterns.SelectMany(pattern => Digits().Matches(pattern)).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))).Where(length => length is > 0 and <= Longest).Distinct().ToList();
        return lengths.SelectMany(length => "aA0".Select(letter => new string(letter, length)))
            .Concat(patterns.SelectMany(pattern => Matching(pattern, lengths)))
            .Concat(Of(check, shape).Select(cell => cell.Text!))
            .Select(text => new Cell(shape.Kind, text));
    }

    private static IEnumerable<int> Lengths(ScriptWords words) =>
        words.Numbers.Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : 0).Where(length => length is > 0 and <= Longest);

    private static IEnumerable<string> Near(string text, ColumnShape shape)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue)
            foreach (var near in new[] { number, number + 1, number - 1, -number })
                yield return near.ToString(CultureInfo.InvariantCulture);
        else if (shape.Kind != ValueKind.Integer && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var fraction))
            foreach (var near in new[] { fraction, fraction + 1, fraction - 1, fraction + 0.01m, fraction - 0.01m })
                yield return near.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Texts that LIKE or GLOB would match; of a regular expression only what stands in it letter by letter.</summary>
    private static IEnumerable<string> Matching(string pattern, List<int> lengths)
    {
        var sets = Sets().Replace(pattern, match => match.Value[1] == '^' ? "~" : match.Value[1..2]);
        var shortest = sets.Replace("%", "", StringComparison.Ordinal).Replace("*", "", StringComparison.Ordinal).Replace('_', 'a').Replace('?', 'a').Trim('^', '$');
        yield return shortest;
        foreach (var length in lengths.Where(length => length > shortest.Length))
            yield return pattern.StartsWith('%') ? shortest.PadLeft(length, 'a') : shortest.PadRight(length, 'a');
        if (pattern.AsSpan().ContainsAny("%*"))
            yield return sets.Replace("%", "a", StringComparison.Ordinal).Replace("*", "a", StringComparison.Ordinal).Replace('_', 'a').Replace('?', 'a');
    }

    [GeneratedRegex("[0-9]{1,4}", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\[[^\]]{1,40}\]", RegexOptions.CultureInvariant)]
    private static partial Regex Sets();
}
