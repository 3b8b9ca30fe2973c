using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>
/// Rows that a migration inserts get their numbers from the database, in an order that means nothing. They are compared by what they hold: the number of a
/// new row, and every reference to it, is replaced by the row's other values.
/// </summary>
internal static class SurrogateKeys
{
    // A new row that points to a new row that points to a new row.
    private const int Depth = 3;

    /// <summary>The contents with the numbers of new rows replaced.</summary>
    /// <param name="after">After the migration.</param>
    /// <param name="before">Before it: which numbers were there already.</param>
    /// <param name="schema">After the migration.</param>
    /// <param name="too">The other engine's schema, when the contents are compared with its: only what both number is a number that means nothing.</param>
    public static Contents Replace(Contents after, Contents before, DatabaseSchema schema, DatabaseSchema? too = null)
    {
        var numbered = schema.Tables.Select(table => (table.Name, Column: table.Columns.FirstOrDefault(column => column.Identity)?.Name))
            .Where(table => table.Column is not null && after.Tables.ContainsKey(table.Name)
                && (too is null || too.Find(table.Name)?.Columns.Any(column => column.Identity && too.Names.Equals(column.Name, table.Column)) == true)).ToList();
        if (numbered.Count == 0)
            return after;

        var names = new Dictionary<(string Table, string Number), string>();
        for (var depth = 0; depth < Depth; depth++)
            foreach (var (table, column) in numbered)
                Name(after.Tables[table], column!, before.Tables.GetValueOrDefault(table), References(schema, table), names);
        return names.Count == 0 ? after : new Contents(after.Tables.Values.Select(table => table with
        {
            Rows = [.. table.Rows.Select(row => Replaced(table, row, Own(numbered, table.Name), References(schema, table.Name), names))],
        }).ToDictionary(table => table.Name, StringComparer.OrdinalIgnoreCase));
    }

    private static string? Own(List<(string Name, string? Column)> numbered, string table) =>
        numbered.Find(other => other.Name.Equals(table, StringComparison.OrdinalIgnoreCase)).Column;

    private static void Name(TableContents table, string column, TableContents? before, Dictionary<string, string> references, Dictionary<(string, string), string> names)
    {
        var place = table.Place(column);
        var known = before is not null && before.Place(column) is var old and >= 0 ? before.Rows.Select(row => row[old]).ToHashSet() : [];
        foreach (var row in table.Rows)
            if (row[place] is { } number && !known.Contains(number))
            {
                var others = Replaced(table, row, null, references, names).Where((_, i) => i != place).Select(cell => cell ?? "NULL");
                names[(Key(table.Name), number)] = $"#({string.Join(", ", others.Select(cell => cell.StartsWith('#') ? "#" : cell))})";
            }
    }

    private static string?[] Replaced(TableContents table, string?[] row, string? own, Dictionary<string, string> references, Dictionary<(string, string), string> names) =>
        [.. row.Select((cell, i) => cell is null ? null
            : own is not null && table.Columns[i].Equals(own, StringComparison.OrdinalIgnoreCase) && names.TryGetValue((Key(table.Name), cell), out var name) ? name
            : references.TryGetValue(Key(table.Columns[i]), out var parent) && names.TryGetValue((parent, cell), out var target) ? target : cell)];

    private static Dictionary<string, string> References(DatabaseSchema schema, string table)
    {
        var references = new Dictionary<string, string>();
        foreach (var key in schema.Find(table)?.ForeignKeys ?? [])
            if (key.Columns.Count == 1)
                references.TryAdd(Key(key.Columns[0]), Key(key.ParentTable));
        return references;
    }

    private static string Key(string name) => name.ToUpperInvariant();
}
