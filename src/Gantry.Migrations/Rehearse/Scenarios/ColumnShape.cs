using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>What values a declared type takes.</summary>
/// <param name="Kind">The kind of value.</param>
/// <param name="Length">Text: the most characters (0: no limit). Integers: bits. Decimals: digits in all (0: no limit).</param>
/// <param name="Scale">Decimals: digits behind the point.</param>
/// <param name="Labels">The labels of an enum.</param>
internal sealed partial record ColumnShape(ValueKind Kind, int Length = 0, int Scale = 0, IReadOnlyList<string>? Labels = null)
{
    /// <summary>Reads a type as it was declared.</summary>
    /// <param name="type">The declared type.</param>
    /// <param name="dialect">Whose it is.</param>
    /// <param name="types">PostgreSQL's types of this database: enums and domains.</param>
    public static ColumnShape Read(string type, Dialect dialect, PostgresTypes types)
    {
        type = type.Trim();
        if (types.Labels.TryGetValue(type, out var labels))
            return new ColumnShape(ValueKind.Enum, Labels: labels);
        if (types.Bases.TryGetValue(type, out var behind) && behind != type)
            return Read(behind, dialect, types);
        if (type.EndsWith("[]", StringComparison.Ordinal))
            return new ColumnShape(ValueKind.Array, Labels: [type[..^2]]);

        var name = type.ToLowerInvariant();
        var numbers = Numbers().Match(name) is { Success: true } match
            ? match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Select(number => int.TryParse(number, CultureInfo.InvariantCulture, out var n) ? n : 0).ToArray() : [];
        var first = numbers.ElementAtOrDefault(0);
        return name switch
        {
            _ when name.Contains("bool", StringComparison.Ordinal) => new(ValueKind.Boolean),
            _ when name.Contains("interval", StringComparison.Ordinal) || name.Contains("range", StringComparison.Ordinal) || name is "point" or "money" => new(ValueKind.Other),
            _ when name.StartsWith("bigint", StringComparison.Ordinal) || name.StartsWith("int8", StringComparison.Ordinal) || name == "unsigned big int" => new(ValueKind.Integer, 64),
            _ when name.Contains("smallint", StringComparison.Ordinal) || name.Contains("int2", StringComparison.Ordinal) || name.Contains("tinyint", StringComparison.Ordinal) => new(ValueKind.Integer, 16),
            _ when name.Contains("int", StringComparison.Ordinal) => new(ValueKind.Integer, 32),
            _ when name.Contains("uuid", StringComparison.Ordinal) => new(ValueKind.Uuid),
            _ when name.Contains("json", StringComparison.Ordinal) => new(ValueKind.Json),
            _ when name.Contains("char", StringComparison.Ordinal) || name.Contains("clob", StringComparison.Ordinal) || name.Contains("text", StringComparison.Ordinal) => new(ValueKind.Text, first),
            _ when name.Contains("blob", StringComparison.Ordinal) || name == "bytea" || name.Contains("binary", StringComparison.Ordinal) => new(ValueKind.Bytes),
            _ when name.Contains("real", StringComparison.Ordinal) || name.Contains("floa", StringComparison.Ordinal) || name.Contains("doub", StringComparison.Ordinal) => new(ValueKind.Real),
            _ when name.Contains("num", StringComparison.Ordinal) || name.Contains("dec", StringComparison.Ordinal) => new(ValueKind.Decimal, first, numbers.ElementAtOrDefault(1)),
            _ when name.Contains("timestamp", StringComparison.Ordinal) || name.Contains("datetime", StringComparison.Ordinal) => new(ValueKind.Timestamp),
            _ when name.Contains("date", StringComparison.Ordinal) => new(ValueKind.Date),
            _ when name.Contains("time", StringComparison.Ordinal) => new(ValueKind.Time),
            "" or "name" or "any" => new(ValueKind.Text, name == "name" ? 63 : 0),
            _ => new(ValueKind.Other),
        };
    }

    [GeneratedRegex(@"\(([0-9, ]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}

/// <summary>The types that a PostgreSQL database made for itself.</summary>
/// <param name="Labels">Enums, by name, with their labels in order.</param>
/// <param name="Bases">Domains, by name, with the type that each stands for.</param>
internal sealed record PostgresTypes(IReadOnlyDictionary<string, IReadOnlyList<string>> Labels, IReadOnlyDictionary<string, string> Bases)
{
    public static PostgresTypes None { get; } = new(new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, string>());
}
