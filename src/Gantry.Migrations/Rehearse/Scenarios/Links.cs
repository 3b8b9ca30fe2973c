namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Which rows point to which: found by the values of their keys, as the engine does.</summary>
internal sealed class Links
{
    private readonly IReadOnlyList<Row> _rows;
    private readonly Dictionary<(Reference, string), List<int>> _parents = [];

    public Links(ScenarioModel model, IReadOnlyList<Row> rows)
    {
        _rows = rows;
        var byTable = Enumerable.Range(0, rows.Count).ToLookup(i => rows[i].Table);
        foreach (var reference in model.Tables.SelectMany(table => table.References))
            foreach (var i in byTable[reference.Parent])
                if (Key(rows[i], reference.ParentColumns) is { } key)
                    RowsOf(reference, key).Add(i);
    }

    /// <summary>The rows of a scenario, in groups that have nothing to do with one another; each group in the scenario's order.</summary>
    public static List<List<Row>> Families(ScenarioModel model, IReadOnlyList<Row> rows)
    {
        var links = new Links(model, rows);
        var leader = Enumerable.Range(0, rows.Count).ToArray();
        int Find(int i) => leader[i] == i ? i : leader[i] = Find(leader[i]);
        for (var i = 0; i < rows.Count; i++)
            foreach (var reference in model.Tables[rows[i].Table].References)
                foreach (var parent in links.Parents(i, reference))
                    leader[Math.Max(Find(i), Find(parent))] = Math.Min(Find(i), Find(parent));
        return [.. Enumerable.Range(0, rows.Count).GroupBy(Find).Select(group => group.Select(i => rows[i]).ToList())];
    }

    /// <summary>The same in so many groups at most: families that are put together still have nothing to do with those in the other groups.</summary>
    public static List<List<Row>> Groups(ScenarioModel model, IReadOnlyList<Row> rows, int most)
    {
        var families = Families(model, rows);
        if (families.Count <= most)
            return families;
        var group = new Dictionary<Row, int>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < families.Count; i++)
            foreach (var row in families[i])
                group[row] = i % most;
        return [.. Enumerable.Range(0, most).Select(i => rows.Where(row => group[row] == i).ToList())];
    }

    /// <summary>Without the rows whose parents are missing, and without those whose key another row has already: what an engine would refuse.</summary>
    public static List<Row> Consistent(ScenarioModel model, IReadOnlyList<Row> rows)
    {
        var seen = new HashSet<(int, int, string)>();
        var kept = rows.Where(row => Keys(model, row).All(seen.Add)).ToList();
        while (true)
        {
            var links = new Links(model, kept);
            var standing = kept.Where((row, i) => model.Tables[row.Table].References
                .All(reference => !reference.Declared || Key(row, reference.Columns) is null || links.Parents(i, reference).Count > 0)).ToList();
            if (standing.Count == kept.Count)
                return kept;
            kept = standing;
        }
    }

    /// <summary>A row's values of its table's keys: no other row may have one of them.</summary>
    public static IEnumerable<(int Table, int Key, string Values)> Keys(ScenarioModel model, Row row)
    {
        var keys = model.Tables[row.Table].Keys;
        for (var i = 0; i < keys.Count; i++)
            if (Key(row, keys[i]) is { } values)
                yield return (row.Table, i, values);
    }

    private List<int> Parents(int row, Reference reference) =>
        Key(_rows[row], reference.Columns) is { } key && _parents.TryGetValue((reference, key), out var parents) ? parents : [];

    private List<int> RowsOf(Reference reference, string key)
    {
        if (!_parents.TryGetValue((reference, key), out var rows))
            _parents[(reference, key)] = rows = [];
        return rows;
    }

    // A key with a NULL in it equals nothing and points nowhere.
    private static string? Key(Row row, int[] columns)
    {
        var text = "";
        foreach (var column in columns)
        {
            if (row.Cells[column].Text is not { } part)
                return null;
            text = $"{text}{part.Length}:{part}";
        }
        return text;
    }
}
