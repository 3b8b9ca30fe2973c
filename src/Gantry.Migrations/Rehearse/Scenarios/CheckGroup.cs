using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Columns that some condition speaks of together, so that none of their values can be chosen alone.</summary>
/// <param name="Places">Places in the table's columns, in order.</param>
/// <param name="Solutions">Values for them, one for each place, that every engine's conditions allow; the first are the most unlike one another.</param>
internal sealed record CheckGroup(int[] Places, IReadOnlyList<Cell[]> Solutions)
{
    /// <summary>The solution with the most NULLs.</summary>
    public Cell[] Emptiest => Solutions.MaxBy(solution => solution.Count(cell => cell.IsNull))!;
}

/// <summary>A condition that every row must meet: a check, or what a script assumes.</summary>
/// <param name="Text">The condition as its engine reads it.</param>
/// <param name="Places">Places of the columns that it speaks of, in order.</param>
internal sealed record RowCondition(string Text, int[] Places)
{
    /// <summary>Those of a table on one engine.</summary>
    public static List<RowCondition> Of(DatabaseSchema schema, TableModel table, IEnumerable<Assumption> assumptions)
    {
        var checks = (schema.Find(table.Name)?.Checks ?? []).Select(check => check.Expression)
            .Concat(assumptions.Where(assumption => schema.Names.Equals(assumption.Table, table.Name)).Select(assumption => assumption.Condition));
        return [.. checks.Select(text => (Text: text, Words: new ScriptWords(text, schema.Dialect)))
            .Select(check => new RowCondition(check.Text, [.. Enumerable.Range(0, table.Columns.Count).Where(place => check.Words.Name(table.Columns[place].Name))]))
            .Where(condition => condition.Places.Length > 0)];
    }
}
