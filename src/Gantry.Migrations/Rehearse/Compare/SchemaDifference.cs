using System.Text.RegularExpressions;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>Says in sentences how two schemas of one engine differ. The order of columns and the names of unnamed constraints mean nothing.</summary>
internal static partial class SchemaDifference
{
    /// <summary>The differences.</summary>
    /// <param name="left">One schema.</param>
    /// <param name="right">The other.</param>
    /// <param name="ofLeft">What a person calls the first: <c>before</c>.</param>
    /// <param name="ofRight">What a person calls the second: <c>after the way back</c>.</param>
    public static List<string> Find(DatabaseSchema left, DatabaseSchema right, string ofLeft, string ofRight)
    {
        var found = new List<string>();
        var names = left.Tables.Concat(right.Tables).Select(table => table.Name).Where(name => !Scenarios.ModelBuilder.IsBookkeeping(name)).Distinct(left.Names).Order(left.Names);
        foreach (var name in names)
        {
            var (one, other) = (left.Find(name), right.Find(name));
            if (one is null || other is null)
                found.Add($"the {(one ?? other)!.Kind.ToString().ToLowerInvariant()} {name} is only there {(one is null ? ofRight : ofLeft)}");
            else
                foreach (var (what, a, b) in Parts(one, other, left.Names))
                    found.Add(a is null ? $"{name}: {what} is only there {ofRight}" : b is null ? $"{name}: {what} is only there {ofLeft}" : $"{name}: {what} is {a} {ofLeft}, {b} {ofRight}");
        }
        return found;
    }

    private static IEnumerable<(string What, string? Left, string? Right)> Parts(TableSchema left, TableSchema right, StringComparer names)
    {
        var columns = Both(left.Columns, right.Columns, column => column.Name, names);
        foreach (var (name, one, other) in columns)
            if (one is null || other is null)
                yield return ($"the column {name}", one is null ? null : "", other is null ? null : "");
            else if (Describe(one) != Describe(other))
                yield return ($"the column {name}", Describe(one), Describe(other));
        foreach (var difference in Set(left, right, table => table.Keys.Select(key =>
            $"{(key.Primary ? "the primary key" : "the unique key")} ({Parts(key.Parts)}){(key.Predicate is { } where ? $" WHERE {Plain(where)}" : "")}{(key.Deferrable ? " DEFERRABLE" : "")}{(key.Invalid ? " INVALID" : "")}{(key.NullsNotDistinct ? " NULLS NOT DISTINCT" : "")}")))
            yield return difference;
        foreach (var difference in Set(left, right, table => table.ForeignKeys.Select(key =>
            $"the foreign key ({string.Join(", ", key.Columns)}) to {key.ParentTable} ({string.Join(", ", key.ParentColumns)}) ON DELETE {key.OnDelete}{(key.NotValid ? " NOT VALID" : "")}")))
            yield return difference;
        foreach (var difference in Set(left, right, table => table.Checks.Select(check => $"the check ({Plain(check.Expression)}){(check.NotValid ? " NOT VALID" : "")}")))
            yield return difference;
        foreach (var difference in Set(left, right, table => table.Indexes.Select(index =>
            $"the {(index.Unique ? "unique " : "")}index {index.Name} ({Parts(index.Parts)}){(index.Predicate is { } where ? $" WHERE {Plain(where)}" : "")}")))
            yield return difference;
        if (left.Kind != right.Kind || left.Strict != right.Strict || left.WithoutRowId != right.WithoutRowId)
            yield return ("the kind of table", Kind(left), Kind(right));
    }

    private static string Kind(TableSchema table) => $"{table.Kind.ToString().ToLowerInvariant()}{(table.Strict ? " STRICT" : "")}{(table.WithoutRowId ? " WITHOUT ROWID" : "")}";

    private static IEnumerable<(string, string?, string?)> Set(TableSchema left, TableSchema right, Func<TableSchema, IEnumerable<string>> of)
    {
        var (one, other) = (of(left).ToList(), of(right).ToList());
        foreach (var text in one.Except(other, StringComparer.OrdinalIgnoreCase))
            yield return (text, "", null);
        foreach (var text in other.Except(one, StringComparer.OrdinalIgnoreCase))
            yield return (text, null, "");
    }

    private static IEnumerable<(string Name, T? Left, T? Right)> Both<T>(IEnumerable<T> left, IEnumerable<T> right, Func<T, string> name, StringComparer names) where T : class
    {
        var (one, other) = (left.ToList(), right.ToList());
        return one.Concat(other).Select(name).Distinct(names)
            .Select(key => (key, one.Find(item => names.Equals(name(item), key)), other.Find(item => names.Equals(name(item), key))));
    }

    private static string Describe(ColumnSchema column) =>
        $"{(column.Type.Length > 0 ? column.Type.ToUpperInvariant() : "without a type")}{(column.NotNull ? " NOT NULL" : "")}{(column.Default is { } value ? $" DEFAULT {Plain(value)}" : "")}"
        + $"{(column.Collation is { } collation ? $" COLLATE {collation}" : "")}{(column.Generated ? " GENERATED" : "")}{(column.Identity ? " (numbered)" : "")}";

    private static string Parts(IEnumerable<KeyPart> parts) =>
        string.Join(", ", parts.Select(part => (part.Column ?? Plain(part.Expression ?? "")) + (part.Collation is { } collation ? $" COLLATE {collation}" : "")));

    // Blanks and line ends within an expression are the author's layout.
    private static string Plain(string expression) => Blanks().Replace(expression.Trim(), " ");

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
