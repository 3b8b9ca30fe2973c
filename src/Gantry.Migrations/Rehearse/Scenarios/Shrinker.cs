namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Makes a failing scenario as small as it can be while it still fails: whole tables go first, then rows, then values. Deterministic.</summary>
/// <param name="model">The scenario's model.</param>
/// <param name="fails">Whether these rows still show the same fault.</param>
/// <param name="trials">How often it may be asked: each time a migration runs.</param>
internal sealed class Shrinker(ScenarioModel model, Func<IReadOnlyList<Row>, Task<bool>> fails, int trials = 400)
{
    private int _left = trials;

    /// <summary>The smallest rows found.</summary>
    public async Task<IReadOnlyList<Row>> ShrinkAsync(IReadOnlyList<Row> rows)
    {
        var smallest = rows;
        foreach (var table in rows.Select(row => row.Table).Distinct().OrderDescending())
            smallest = await KeepIfFailsAsync(smallest, [.. smallest.Where(row => row.Table != table)]);
        foreach (var family in Links.Families(model, smallest))
            smallest = await KeepIfFailsAsync(smallest, [.. smallest.Where(row => !family.Contains(row))]);
        smallest = await RowsAsync(smallest);
        smallest = await RowsAsync(await ParentsAsync(smallest));
        smallest = await ValuesAsync(smallest);
        // Simpler values may have made rows needless.
        return await RowsAsync(smallest);
    }

    private async Task<IReadOnlyList<Row>> RowsAsync(IReadOnlyList<Row> rows)
    {
        for (var size = Math.Max(1, rows.Count / 2); ; size = Math.Max(1, size / 2))
        {
            var before = rows.Count;
            // From the end: children before their parents.
            for (var end = rows.Count; end > 0; end = Math.Min(end - size, rows.Count))
                rows = await KeepIfFailsAsync(rows, [.. rows.Where((_, i) => i < end - size || i >= end)]);
            if (size == 1 && rows.Count == before)
                return rows;
        }
    }

    /// <summary>Children of two parents may do as children of one, and then a parent is needless.</summary>
    private async Task<IReadOnlyList<Row>> ParentsAsync(IReadOnlyList<Row> rows)
    {
        for (var at = rows.Count - 1; at > 0; at--)
            foreach (var reference in model.Tables[rows[at].Table].References)
                if (rows.FirstOrDefault(row => row.Table == reference.Parent) is { } parent && rows[at] != parent && !reference.Columns.Any(place => rows[at].Cells[place].IsNull))
                {
                    var moved = rows[at];
                    for (var i = 0; i < reference.Columns.Length; i++)
                        moved = With(moved, reference.Columns[i], parent.Cells[reference.ParentColumns[i]]);
                    var kept = await KeepIfFailsAsync(rows, [.. rows.Select(row => row == rows[at] ? moved : row)]);
                    // A row less: the places behind it have moved.
                    if (kept.Count < rows.Count)
                        return kept;
                    rows = kept;
                }
        return rows;
    }

    private async Task<IReadOnlyList<Row>> ValuesAsync(IReadOnlyList<Row> rows)
    {
        foreach (var (table, column) in rows.Select(row => row.Table).Distinct().SelectMany(table => model.Tables[table].Columns.Select((_, column) => (table, column))).ToList())
            if (!Pointed(table, column))
                foreach (var simple in Simpler(model.Tables[table], column))
                {
                    var changed = rows.Select(row => row.Table == table && row.Cells[column] != simple ? With(row, column, simple) : row).ToList();
                    if (changed.SequenceEqual(rows))
                        break;
                    var kept = await KeepIfFailsAsync(rows, changed);
                    if (kept != rows)
                    {
                        rows = kept;
                        break;
                    }
                }
        return rows;
    }

    private bool Pointed(int table, int column) =>
        model.Tables[table].Columns[column].InKey || model.Tables.Any(child => child.References.Any(reference => reference.Parent == table && reference.ParentColumns.Contains(column)));

    private static IEnumerable<Cell> Simpler(TableModel table, int place)
    {
        var column = table.Columns[place];
        if (!column.NotNull)
            yield return column.Null;
        if (column.Refers)
            yield break;
        if (column.TakesOwn && ValuePool.Own(table.Name, column, 1) is { } own)
            yield return own;
        foreach (var simple in column.Pool.Take(2))
            yield return simple;
    }

    private static Row With(Row row, int column, Cell cell)
    {
        var cells = row.Cells.ToArray();
        cells[column] = cell;
        return new Row(row.Table, cells);
    }

    private async Task<IReadOnlyList<Row>> KeepIfFailsAsync(IReadOnlyList<Row> rows, IReadOnlyList<Row> fewer)
    {
        var consistent = Links.Consistent(model, fewer);
        if (_left == 0 || consistent.SequenceEqual(rows))
            return rows;
        _left--;
        return await fails(consistent) ? consistent : rows;
    }
}
