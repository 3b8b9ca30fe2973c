using System.Globalization;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>Columns that no two runs fill alike, because the migration draws from chance or a clock: found by running it twice on the same rows.</summary>
internal static class VolatileColumns
{
    private static readonly double[] UnitsOfASecond = [1, 1e3, 1e6];

    /// <summary>The columns that differ between two runs on the same rows, and those filled with the present moment.</summary>
    public static IEnumerable<ColumnName> Find(Contents before, Contents one, Contents other, DateTimeOffset now)
    {
        foreach (var table in one.Tables.Values)
            if (other.Tables.TryGetValue(table.Name, out var twin))
                for (var i = 0; i < table.Columns.Count; i++)
                {
                    var place = twin.Place(table.Columns[i]);
                    var values = table.Rows.Select(row => row[i]).Order(StringComparer.Ordinal).ToList();
                    var old = before.Tables.GetValueOrDefault(table.Name) is { } was && was.Place(table.Columns[i]) is var at and >= 0 ? was.Rows.Select(row => row[at]).ToHashSet() : [];
                    if (place < 0 || !values.SequenceEqual(twin.Rows.Select(row => row[place]).Order(StringComparer.Ordinal))
                        || values.Exists(value => value is not null && !old.Contains(value) && IsNow(value, now)))
                        yield return new ColumnName(table.Name, table.Columns[i]);
                }
    }

    // A clock of whole seconds shows the same moment to two runs: known by being the present, as a date or as a count since 1970.
    private static bool IsNow(string cell, DateTimeOffset now)
    {
        var text = cell.Length > 2 && cell[1] == ':' && cell[0] is 't' or 'i' or 'r' ? cell[2..] : cell;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return UnitsOfASecond.Any(unit => Math.Abs((number / unit) - now.ToUnixTimeSeconds()) < 86_400);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && (moment - now).Duration() < TimeSpan.FromDays(1.5);
    }
}
