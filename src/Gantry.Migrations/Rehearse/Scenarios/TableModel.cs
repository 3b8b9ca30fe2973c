using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>A table that rows are made for.</summary>
internal sealed record TableModel
{
    public required string Name { get; init; }

    /// <summary>The columns that can be written, in order.</summary>
    public required IReadOnlyList<ColumnModel> Columns { get; init; }

    /// <summary>Foreign keys, declared or guessed, into tables of the same model.</summary>
    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>Keys over columns alone that hold over all rows, as places in <see cref="Columns"/>: what the generator itself keeps apart.</summary>
    public IReadOnlyList<int[]> Keys { get; init; } = [];

    /// <summary>Places of the primary key's columns; empty when it has none.</summary>
    public IReadOnlyList<int> PrimaryKey { get; init; } = [];

    /// <summary>Columns whose values depend on one another.</summary>
    public IReadOnlyList<CheckGroup> Groups { get; init; } = [];

    /// <summary>Why no row of it can be made; null when rows can.</summary>
    public string? Impossible { get; init; }

    public int Place(string column, StringComparer names)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (names.Equals(Columns[i].Name, column))
                return i;
        return -1;
    }

    public override string ToString() => Name;
}

/// <summary>A column and the values that are tried in it.</summary>
internal sealed record ColumnModel
{
    public required string Name { get; init; }

    public required ColumnShape Shape { get; init; }

    public required bool NotNull { get; init; }

    public bool Identity { get; init; }

    /// <summary>Part of a key, so that rows need values of their own.</summary>
    public bool InKey { get; init; }

    /// <summary>Points to a parent: its value is the parent's.</summary>
    public bool Refers { get; init; }

    /// <summary>Text of exactly so many characters (a check says so); 0 when any.</summary>
    public int ExactLength { get; init; }

    /// <summary>Whether a value of the row's own (<c>volumes-2</c>) is taken by the engine; else only the pool is.</summary>
    public bool TakesOwn { get; init; } = true;

    /// <summary>Values at the edges of the type, and those that checks and scripts name.</summary>
    public IReadOnlyList<Cell> Pool { get; init; } = [];

    public Cell Null => new(Shape.Kind, null);
}

/// <summary>A foreign key between tables of the model.</summary>
/// <param name="Columns">Places in the child's columns.</param>
/// <param name="Parent">The parent's place in the model's tables.</param>
/// <param name="ParentColumns">Places in the parent's columns.</param>
/// <param name="Declared">False: guessed from a name, so that the value may also point nowhere.</param>
internal sealed record Reference(int[] Columns, int Parent, int[] ParentColumns, bool Declared = true);

/// <summary>The tables that scenarios are made for, parents first as far as there is no circle.</summary>
internal sealed record ScenarioModel(DatabaseSchema Schema, IReadOnlyList<TableModel> Tables);

/// <summary>One row of a scenario.</summary>
internal sealed class Row(int table, Cell[] cells)
{
    /// <summary>Its table's place in the model.</summary>
    public int Table { get; } = table;

    /// <summary>One for each column of the table's model.</summary>
    public Cell[] Cells { get; } = cells;
}

/// <summary>A database's contents, made up.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">What it is about, in words.</param>
/// <param name="Rows">Parents before children, as far as there is no circle.</param>
internal sealed record Scenario(int Number, string Name, IReadOnlyList<Row> Rows);
