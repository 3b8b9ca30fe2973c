namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>One place at which two databases that should be alike are not.</summary>
/// <param name="Table">The table.</param>
/// <param name="Row">The row, by its key where it has one: <c>id = 'v2'</c>.</param>
/// <param name="Column">The column; null when a row is only on one side, or the whole table.</param>
/// <param name="Left">What the first has; null when it has no such row.</param>
/// <param name="Right">What the second has; null when it has no such row.</param>
internal sealed record Difference(string Table, string Row, string? Column, string? Left, string? Right)
{
    /// <summary>As a sentence.</summary>
    public string Say(string left, string right) =>
        Column is not null ? $"{Table} ({Row}): {Column} is {Left} {left}, {Right} {right}"
        : Right is null ? $"{Table}: the row {Row} is only there {left}"
        : $"{Table}: the row {Row} is only there {right}";
}

/// <summary>Compares what two databases hold. Order of rows and of columns means nothing.</summary>
/// <param name="keys">The key of a table, to tell which row is which; empty when it has none.</param>
/// <param name="ignored">Columns that are not compared.</param>
internal sealed class ContentsDifference(Func<string, IReadOnlyList<string>> keys, IReadOnlySet<ColumnName> ignored)
{
    /// <summary>At most so many differences are listed: a person reads the first few.</summary>
    private const int Most = 20;

    /// <summary>Whether equal rows count once: what several runs made of the same shared row is one row.</summary>
    public bool AsSets { get; init; }

    /// <summary>What differs, tables in order of their names.</summary>
    public List<Difference> Find(Contents left, Contents right)
    {
        var found = new List<Difference>();
        foreach (var name in left.Tables.Keys.Union(right.Tables.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            var (one, other) = (left.Tables.GetValueOrDefault(name), right.Tables.GetValueOrDefault(name));
            if (one is null || other is null)
                found.Add(new Difference(name, "*", null, one is null ? null : "a table", other is null ? null : "a table"));
            else
                Compare(one, other, found);
            if (found.Count >= Most)
                break;
        }
        return [.. found.Take(Most)];
    }

    private void Compare(TableContents left, TableContents right, List<Difference> found)
    {
        var shared = left.Columns.Where(column => right.Place(column) >= 0 && !ignored.Contains(new ColumnName(left.Name, column))).ToList();
        var (one, other) = (Take(left, shared), Take(right, shared));
        var (onlyLeft, onlyRight) = Unmatched(one, other);
        if (onlyLeft.Count == 0 && onlyRight.Count == 0)
            return;

        var key = keys(left.Name).Select(column => shared.FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase))).ToList();
        foreach (var row in onlyLeft)
        {
            var twin = key.Count > 0 && !key.Contains(-1) ? onlyRight.Find(candidate => key.TrueForAll(place => candidate[place] == row[place])) : null;
            if (twin is null)
            {
                found.Add(new Difference(left.Name, Show(shared, row, key), null, "there", null));
                continue;
            }
            onlyRight.Remove(twin);
            for (var i = 0; i < shared.Count; i++)
                if (row[i] != twin[i])
                    found.Add(new Difference(left.Name, Show(shared, row, key), shared[i], SqliteCell.Shown(row[i]), SqliteCell.Shown(twin[i])));
        }
        foreach (var row in onlyRight)
            found.Add(new Difference(left.Name, Show(shared, row, key), null, null, "there"));
    }

    private static List<string?[]> Take(TableContents table, List<string> columns)
    {
        var places = columns.Select(table.Place).ToList();
        return [.. table.Rows.Select(row => places.Select(place => row[place]).ToArray())];
    }

    private (List<string?[]> Left, List<string?[]> Right) Unmatched(List<string?[]> left, List<string?[]> right)
    {
        if (AsSets)
        {
            var (ofLeft, ofRight) = (left.Select(Text).ToHashSet(), right.Select(Text).ToHashSet());
            return (left.DistinctBy(Text).Where(row => !ofRight.Contains(Text(row))).ToList(), right.DistinctBy(Text).Where(row => !ofLeft.Contains(Text(row))).ToList());
        }
        var counts = new Dictionary<string, int>();
        foreach (var row in right)
            counts[Text(row)] = counts.GetValueOrDefault(Text(row)) + 1;
        var onlyLeft = new List<string?[]>();
        foreach (var row in left)
            if (counts.GetValueOrDefault(Text(row)) is > 0 and var count)
                counts[Text(row)] = count - 1;
            else
                onlyLeft.Add(row);
        var onlyRight = new List<string?[]>();
        foreach (var row in right)
            if (counts.GetValueOrDefault(Text(row)) is > 0 and var count)
            {
                counts[Text(row)] = count - 1;
                onlyRight.Add(row);
            }
        return (onlyLeft, onlyRight);
    }

    private static string Text(string?[] row) => string.Join('\u0001', row.Select(cell => cell ?? "\u0002"));

    private static string Show(List<string> columns, string?[] row, List<int> key)
    {
        var places = key.Count > 0 && !key.Contains(-1) ? key : [.. Enumerable.Range(0, Math.Min(columns.Count, 6))];
        return string.Join(", ", places.Select(place => $"{columns[place]} = {Short(SqliteCell.Shown(row[place]))}"));
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
