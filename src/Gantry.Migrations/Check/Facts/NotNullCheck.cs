using System.Text.RegularExpressions;

namespace Gantry.Migrations.Check.Facts;

/// <summary>A check constraint that says of one column that it is not null.</summary>
internal static partial class NotNullCheck
{
    public static bool IsFor(string expression, string column) =>
        Form().Match(expression) is { Success: true } match && match.Groups["column"].Value.Equals(column, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^[\s(]*""?(?<column>[^""()\s]+)""?\s+IS\s+NOT\s+NULL[\s)]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
