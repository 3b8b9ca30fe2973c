using System.Globalization;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>SQLite's values as text, with their storage class: what a column of any type holds is decided row by row there.</summary>
internal static class SqliteCell
{
    public static string? Text(object value) => value switch
    {
        DBNull => null,
        long number => "i:" + number.ToString(CultureInfo.InvariantCulture),
        double number => "r:" + number.ToString("R", CultureInfo.InvariantCulture),
        byte[] bytes => "b:" + Convert.ToHexString(bytes),
        string text => "t:" + text,
        _ => "t:" + Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>As a person reads it: without the class, text in quotes.</summary>
    public static string Shown(string? cell) => cell switch
    {
        null => "NULL",
        _ when cell.StartsWith("t:", StringComparison.Ordinal) => $"'{cell[2..]}'",
        _ when cell.StartsWith("b:", StringComparison.Ordinal) => $"X'{cell[2..]}'",
        _ => cell.Length > 2 && cell[1] == ':' ? cell[2..] : cell,
    };
}
