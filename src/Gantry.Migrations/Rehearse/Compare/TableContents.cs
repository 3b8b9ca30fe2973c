namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>All rows of a table, each cell as text: NULL is null; on SQLite the storage class stands before it (<c>i:1</c> is not <c>t:1</c>).</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Rows">Its rows, in no order.</param>
internal sealed record TableContents(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string?[]> Rows)
{
    /// <summary>The column's place; -1 when there is none.</summary>
    public int Place(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (Columns[i].Equals(column, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }
}

/// <summary>What a database holds at a moment.</summary>
/// <param name="Tables">By name.</param>
internal sealed record Contents(IReadOnlyDictionary<string, TableContents> Tables)
{
    /// <summary>How many rows in all.</summary>
    public int RowCount => Tables.Values.Sum(table => table.Rows.Count);
}

/// <summary>A column of a table, whatever the case of their names.</summary>
internal sealed record ColumnName(string Table, string Column)
{
    public static IEqualityComparer<ColumnName> Comparer { get; } = EqualityComparer<ColumnName>.Create(
        (a, b) => a!.Table.Equals(b!.Table, StringComparison.OrdinalIgnoreCase) && a.Column.Equals(b.Column, StringComparison.OrdinalIgnoreCase),
        name => HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(name.Table), StringComparer.OrdinalIgnoreCase.GetHashCode(name.Column)));
}
