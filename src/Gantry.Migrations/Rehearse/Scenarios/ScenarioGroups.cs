namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>
/// Which scenarios are tried in one go. Where no statement of a migration can look at two rows, those beside a scenario change nothing for it: many of them stand side by
/// side in one database, and one run of the scripts shows for all of them what a run for each would. Most of a run's time is DDL, whatever the rows.
/// </summary>
/// <param name="model">The tables.</param>
/// <param name="generator">Fills a scenario's outline.</param>
/// <param name="shapes">The outlines.</param>
/// <param name="sideBySide">The tables whose rows can matter, when scenarios may stand beside one another: those that do have no other rows. Null when they may not.</param>
internal sealed class ScenarioGroups(ScenarioModel model, ScenarioGenerator generator, IReadOnlyList<ScenarioShape> shapes, IReadOnlySet<int>? sideBySide)
{
    // Beyond that, filling and reading take as long as the scripts.
    private const int MostRows = 600;

    /// <summary>All scenarios, in the order of the plan.</summary>
    public IEnumerable<IReadOnlyList<Scenario>> All()
    {
        for (var at = 0; at < shapes.Count;)
        {
            var group = sideBySide is not null && !IsTelling(at + 1) ? Beside(at + 1, sideBySide) : [Alone(at + 1)];
            at += group.Count;
            yield return group;
        }
    }

    /// <summary>The scenario of this number, as if there were no other.</summary>
    public Scenario Alone(int number) => generator.Fill(number, shapes[number - 1]);

    /// <summary>Whether this scenario is tried alone and with all its rows, whatever the migration: the first ones, and those that are about values.</summary>
    public bool IsTelling(int number) => IsFirst(number) || shapes[number - 1].Name.StartsWith("values", StringComparison.Ordinal);

    /// <summary>Whether also that is asked of it which rarely depends on the rows: of the first ones even if it cannot.</summary>
    public bool AsksAll(int number) => IsFirst(number) || (IsTelling(number) && sideBySide is null);

    private static bool IsFirst(int number) => number <= 4;

    private List<Scenario> Beside(int number, IReadOnlySet<int> concerned)
    {
        var group = new List<Scenario>();
        var keys = new HashSet<(int, int, string)>();
        var (made, rows) = (new int[model.Tables.Count], 0);
        for (; number <= shapes.Count && !IsTelling(number) && rows < MostRows; number++)
        {
            var next = generator.Fill(number, shapes[number - 1], made);
            next = next with { Rows = [.. next.Rows.Where(row => concerned.Contains(row.Table))] };
            // Two rows with one key cannot be in one database: that scenario begins the next group.
            if (!next.Rows.SelectMany(row => Links.Keys(model, row)).All(keys.Add) && group.Count > 0)
                break;
            group.Add(next);
            rows += next.Rows.Count;
        }
        return group;
    }
}
