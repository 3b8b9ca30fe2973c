namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>The outline of a scenario: how many families, how many rows of each table in each, and how their values are chosen.</summary>
/// <param name="Name">What it is about, in words.</param>
/// <param name="Families">Groups of rows that do not point to one another, unless <see cref="Shared"/> says so.</param>
internal sealed record ScenarioShape(string Name, int Families)
{
    /// <summary>Rows of a table (its place in the model) in a family.</summary>
    public required Func<int, int, int> Count { get; init; }

    /// <summary>How a column's value is chosen: by table, column and the row's number in its table.</summary>
    public required Func<int, int, int, ValueChoice> Choice { get; init; }

    /// <summary>Percent of references that reach into another family.</summary>
    public int Shared { get; init; }

    /// <summary>Percent of references that take the first parent rather than the next: a few parents with many children.</summary>
    public int Skew { get; init; }
}

/// <summary>How a value is chosen.</summary>
internal enum ValueChoice
{
    /// <summary>One that no other row has, where the type has that many.</summary>
    Own,
    /// <summary>NULL where it may be.</summary>
    Null,
    /// <summary>The same in every row, where no key forbids it.</summary>
    Same,
    /// <summary>One at the edge of the type: another in every row.</summary>
    Edge,
    /// <summary>Any of the above.</summary>
    Any,
}
