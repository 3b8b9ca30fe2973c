namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>
/// Which scenarios are tried in one go. Where no statement of a migration can look at two rows, those beside a scenario change nothing for it: many of them stand side by
/// side in one database, and one run of the scripts shows for all of them what a run for each would. Most of a run's time is DDL, whatever the rows.
/// </summary>
internal sealed class ScenarioGroups(ScenarioModel model, ScenarioGenerator generator, IReadOnlyList<ScenarioShape> shapes)
{
    // Beyond that, filling and reading take as long as the scripts.
    private const int MostRows = 600;

    /// <summary>All scenarios, in the order of the plan.</summary>
    /// <param name="sideBySide">Whether scenarios may stand beside one another.</param>
    public IEnumerable<IReadOnlyList<Scenario>> All(bool sideBySide)
    {
        for (var at = 0; at < shapes.Count;)
        {
            var group = sideBySide && !IsTelling(at + 1) ? Beside(at + 1) : [Alone(at + 1)];
            at += group.Count;
            yield return group;
        }
    }

    /// <summary>The scenario of this number, as if there were no other.</summary>
    public Scenario Alone(int number) => generator.Fill(number, shapes[number - 1]);

    /// <summary>Whether everything is asked of this scenario: the first ones, and those that are about values.</summary>
    public bool IsTelling(int number) => number <= 4 || shapes[number - 1].Name.StartsWith("values", StringComparison.Ordinal);

    private List<Scenario> Beside(int number)
    {
        var group = new List<Scenario>();
        var keys = new HashSet<(int, int, string)>();
        var (made, rows) = (new int[model.Tables.Count], 0);
        for (; number <= shapes.Count && !IsTelling(number) && rows < MostRows; number++)
        {
            var next = generator.Fill(number, shapes[number - 1], made);
            // Two rows with one key cannot be in one database: that scenario begins the next group.
            if (!next.Rows.SelectMany(row => Links.Keys(model, row)).All(keys.Add) && group.Count > 0)
                break;
            group.Add(next);
            rows += next.Rows.Count;
        }
        return group;
    }
}
