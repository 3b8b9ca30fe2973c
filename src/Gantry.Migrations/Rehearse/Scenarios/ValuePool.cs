using System.Globalization;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Values worth trying: the edges of each type, and for a row's own value one that no other row has.</summary>
internal static class ValuePool
{
    private static readonly DateTime Epoch = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    /// <summary>The edges of a type. Values that one of the engines cannot hold exactly (NUL in text, more than 15 digits) are left out: they would differ before any migration ran.</summary>
    public static IEnumerable<Cell> Edges(ColumnShape shape, int exactLength)
    {
        var texts = shape.Kind switch
        {
            ValueKind.Boolean => ["true", "false"],
            ValueKind.Integer => shape.Length switch
            {
                64 => ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "1700000000000000"],
                16 => ["0", "1", "-1", "32767", "-32768"],
                _ => ["0", "1", "-1", "2147483647", "-2147483648"],
            },
            ValueKind.Decimal => Decimals(shape),
            ValueKind.Real => ["0", "1.5", "-2.25", "10000000000", "0.125"],
            ValueKind.Text => Texts(shape.Length, exactLength),
            ValueKind.Bytes => ["", "00", "FF00FF", "DEADBEEF"],
            ValueKind.Date => ["1900-01-01", "1970-01-01", "2000-02-29", "9999-12-31"],
            ValueKind.Time => ["00:00:00", "23:59:59"],
            ValueKind.Timestamp => ["1900-01-01 00:00:00", "1970-01-01 00:00:00", "2000-02-29 23:59:59", "2038-01-19 03:14:08", "9999-12-31 23:59:59"],
            ValueKind.Uuid => ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
            ValueKind.Json => ["{}", "[]", "null", "\"text\"", "0", """{"a": {"b": [1, 2, null]}, "name": "é"}"""],
            ValueKind.Enum => shape.Labels ?? [],
            ValueKind.Array => ["{}", "{NULL}", .. Elements(shape.Labels![0])],
            _ => new[] { "", "0", "1", "1 day", "-3 hours", "127.0.0.1", "10.0.0.0/8", "08:00:2b:01:02:03", "[1,5)", "empty", "(1,2)", "a b", "<a/>", "101", "1.50", "2024-01-01" },
        };
        return texts.Select(text => new Cell(shape.Kind, text));
    }

    /// <summary>A value that differs for each number; null when the type has too few.</summary>
    public static Cell? Own(string table, ColumnModel column, int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        var text = column.Shape.Kind switch
        {
            ValueKind.Integer or ValueKind.Real => digits,
            ValueKind.Decimal => column.Shape is { Length: > 0 } limited && digits.Length > limited.Length - limited.Scale ? null : digits,
            ValueKind.Text => OwnText(table, column, number, digits),
            ValueKind.Bytes => number.ToString("X8", CultureInfo.InvariantCulture),
            ValueKind.Date => Epoch.AddDays(number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ValueKind.Time => Epoch.AddSeconds(number).ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            ValueKind.Timestamp => Epoch.AddMinutes(number).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ValueKind.Uuid => OwnUuid(table, number),
            ValueKind.Json => $$"""{"n": {{digits}}}""",
            _ => null,
        };
        return text is null ? null : new Cell(column.Shape.Kind, text);
    }

    private static string? OwnText(string table, ColumnModel column, int number, string digits)
    {
        if (column.ExactLength == 36)
            return OwnUuid(table, number);
        if (column.ExactLength > 0)
            return Fit(Hex(table, number), digits, column.ExactLength);
        // CHAR(32), VARCHAR(36): made for ids of that length.
        if (column.Shape.Length is 32 or 36 && column.Refers | column.InKey)
            return column.Shape.Length == 36 ? OwnUuid(table, number) : Fit(Hex(table, number), digits, 32);
        var own = $"{table[(table.LastIndexOf('.') + 1)..]}-{digits}";
        return column.Shape.Length is 0 || own.Length <= column.Shape.Length ? own
            : digits.Length <= column.Shape.Length ? digits : null;
    }

    private static string? Fit(string filling, string digits, int length) =>
        digits.Length > length ? null : string.Concat(Enumerable.Repeat(filling, (length / filling.Length) + 1))[..(length - digits.Length)] + digits;

    private static string OwnUuid(string table, int number) => $"{Hex(table, 0)[..8]}-0000-4000-8000-{number.ToString("x12", CultureInfo.InvariantCulture)}";

    private static string Hex(string table, int number) => Dice.Seed((ulong)number, table).ToString("x16", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Texts(int length, int exact)
    {
        if (exact > 0)
            return exact == 36 ? ["00000000-0000-4000-8000-000000000000", "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"] : [new string('0', exact), new string('a', exact), new string('F', exact)];
        string[] texts = ["", "a", "A", " ", "0", "12", "1.5", "é", "Ünï—文字🚀", "it's \"quoted\" \\ %_", "line\nbreak", "a@b.example", "https://example.org/x", "true", "null", new string('x', length is > 0 and < 2000 ? length : 2000)];
        return texts.Where(text => length == 0 || text.EnumerateRunes().Count() <= length);
    }

    private static IEnumerable<string> Decimals(ColumnShape shape)
    {
        if (shape.Length == 0)
            return ["0", "1", "-1", "0.1", "12345678901.25", "-0.0001"];
        // Nines in every place, but no more than a double holds: SQLite keeps numbers with a fraction as doubles.
        var nines = new string('9', Math.Min(shape.Length - shape.Scale, 11));
        return ["0", .. nines.Length == 0 ? Array.Empty<string>() : ["1", "-1", nines, "-" + nines], .. shape.Scale == 0 ? Array.Empty<string>() : ["0." + new string('0', shape.Scale - 1) + "1"]];
    }

    private static string[] Elements(string type) => type switch
    {
        "integer" or "bigint" or "smallint" or "numeric" => ["{1}", "{1,1,2}"],
        _ => ["""{"a"}""", """{"a","b c",""}"""],
    };
}
