using System.Globalization;
using System.Text.Json;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>
/// Brings both engines' contents into one form, column by column by the type that PostgreSQL gives it: a boolean is 0 and 1 here and t and f there, a
/// moment is text here and a timestamp there. What then differs, differs in meaning.
/// </summary>
/// <param name="schema">PostgreSQL's schema: it is the stricter one.</param>
/// <param name="types">Its own types.</param>
internal sealed class EngineValues(DatabaseSchema schema, PostgresTypes types)
{
    /// <summary>What SQLite holds, as PostgreSQL would show it.</summary>
    public Contents OfSqlite(Contents contents) => Each(contents, (kind, cell) => Same(kind, cell is null ? null : cell[2..]));

    /// <summary>What PostgreSQL holds.</summary>
    public Contents OfPostgres(Contents contents) => Each(contents, (kind, cell) => Same(kind, cell));

    private Contents Each(Contents contents, Func<ColumnShape, string?, string?> change) => new(contents.Tables.Values.Select(table =>
    {
        var known = schema.Find(table.Name) ?? schema.Tables.FirstOrDefault(other => other.Name.Equals(table.Name, StringComparison.OrdinalIgnoreCase));
        var kinds = table.Columns.Select(column => ColumnShape.Read(
            known?.Columns.FirstOrDefault(own => own.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type ?? "text", Dialect.Postgres, types)).ToList();
        return table with { Rows = [.. table.Rows.Select(row => row.Select((cell, i) => change(kinds[i], cell)).ToArray())] };
    }).ToDictionary(table => table.Name, StringComparer.OrdinalIgnoreCase));

    private static string? Same(ColumnShape shape, string? text) => text is null ? null : shape.Kind switch
    {
        ValueKind.Boolean => text switch { "1" or "true" or "TRUE" => "t", "0" or "false" or "FALSE" => "f", _ => text },
        ValueKind.Integer or ValueKind.Decimal or ValueKind.Real => Number(text),
        ValueKind.Bytes => text.StartsWith("\\x", StringComparison.Ordinal) ? text[2..].ToUpperInvariant() : text,
        ValueKind.Timestamp => Moment(text),
        ValueKind.Uuid => text.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant(),
        ValueKind.Json => Document(text),
        // CHAR(n) is padded with blanks that mean nothing.
        ValueKind.Text when shape.Length > 0 => text.TrimEnd(' '),
        _ => text,
    };

    private static string Number(string text)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
            return exact == decimal.Truncate(exact) ? decimal.Truncate(exact).ToString(CultureInfo.InvariantCulture) : Rounded(text);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wide) ? wide.ToString("G14", CultureInfo.InvariantCulture) : text;
    }

    // A double carries fifteen digits through SQLite; what is behind them is no difference in meaning.
    private static string Rounded(string text) =>
        double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString("G14", CultureInfo.InvariantCulture);

    private static string Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) : text;

    private static string Document(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Canonical(document.RootElement);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{Canonical(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Canonical))}]",
        JsonValueKind.Number => Number(element.GetRawText()),
        JsonValueKind.String => $"\"{element.GetString()}\"",
        _ => element.GetRawText(),
    };
}
