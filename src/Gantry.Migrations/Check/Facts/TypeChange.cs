using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.Migrations.Check.Facts;

/// <summary>
/// PostgreSQL: whether ALTER COLUMN … TYPE only changes the catalogue. By its documentation it does when the old type is binary coercible to the new one:
/// text and varchar to each other without a shorter limit, a numeric to one with more digits and the same scale, bit strings and precisions of time likewise.
/// </summary>
internal static partial class TypeChange
{
    public static bool IsFree(string from, string to)
    {
        var (old, now) = (Read(from), Read(to));
        if (old is null || now is null || old.Array != now.Array)
            return false;

        return (old.Name, now.Name) switch
        {
            ("varchar" or "text", "text") => true,
            ("varchar", "varchar") or ("varbit", "varbit") => now.Length is null || old.Length is { } length && now.Length >= length,
            ("text", "varchar") => now.Length is null,
            ("numeric", "numeric") => now.Length is null || old.Length is { } digits && now.Length >= digits && (now.Scale ?? 0) == (old.Scale ?? 0),
            ("time" or "timetz" or "timestamp" or "timestamptz" or "interval", _) => old.Name == now.Name && (now.Length is null || old.Length is { } precision && now.Length >= precision),
            ("cidr", "inet") => true,
            _ => old == now,
        };
    }

    private static Type? Read(string text)
    {
        if (Form().Match(text.Trim()) is not { Success: true } match)
            return null;

        var name = Blanks().Replace(match.Groups["name"].Value + match.Groups["tail"].Value, " ").Trim().ToLowerInvariant();
        return new Type(
            name switch
            {
                "character varying" => "varchar",
                "bit varying" => "varbit",
                "decimal" => "numeric",
                "int" or "int4" => "integer",
                "int8" => "bigint",
                "int2" => "smallint",
                "bool" => "boolean",
                "float8" => "double precision",
                "float4" => "real",
                "timestamp with time zone" => "timestamptz",
                "timestamp without time zone" => "timestamp",
                "time with time zone" => "timetz",
                "time without time zone" => "time",
                _ => name,
            },
            Number(match.Groups["length"]), Number(match.Groups["scale"]), match.Groups["array"].Success);
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^(?<name>[A-Za-z_][\w ]*?)\s*(?:\(\s*(?<length>\d{1,9})\s*(?:,\s*(?<scale>\d{1,9})\s*)?\))?(?<tail>\s+(?:with|without)\s+time\s+zone)?\s*(?<array>(?:\[\d*\])+)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();

    private sealed record Type(string Name, int? Length, int? Scale, bool Array);
}
