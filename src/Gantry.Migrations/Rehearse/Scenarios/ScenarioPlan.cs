namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>
/// Which scenarios are tried, the small and telling ones first: one-to-many is where migrations go wrong that passed on an empty database.
/// After those come random ones, deterministic from the seed.
/// </summary>
internal static class ScenarioPlan
{
    /// <summary>So many outlines.</summary>
    public static IEnumerable<ScenarioShape> Shapes(ScenarioModel model, int count, ulong seed) =>
        Systematic(model).Concat(Random(model, seed)).Take(model.Tables.Count == 0 ? Math.Min(count, 1) : count);

    private static IEnumerable<ScenarioShape> Systematic(ScenarioModel model)
    {
        static int One(int family, int table) => 1;
        static ValueChoice Own(int table, int column, int row) => ValueChoice.Own;

        yield return new ScenarioShape("no rows at all", 0) { Count = One, Choice = Own };
        yield return new ScenarioShape("one row in each table", 1) { Count = One, Choice = Own };
        yield return new ScenarioShape("two families, one row in each table", 2) { Count = One, Choice = Own };
        yield return new ScenarioShape("two families, whatever may be NULL is NULL", 2) { Count = One, Choice = (_, _, _) => ValueChoice.Null };

        for (var table = 0; table < model.Tables.Count; table++)
            foreach (var reference in model.Tables[table].References)
            {
                var child = table;
                yield return new ScenarioShape($"0, 1 and 2 rows of {model.Tables[child]} for a row of {model.Tables[reference.Parent]}", 3)
                { Count = (family, at) => at == child ? family : 1, Choice = Own };
            }
        for (var table = 0; table < model.Tables.Count; table++)
            foreach (var reference in model.Tables[table].References)
            {
                var child = table;
                yield return new ScenarioShape($"1 and 5 rows of {model.Tables[child]} for a row of {model.Tables[reference.Parent]}", 2)
                { Count = (family, at) => at == child ? (family * 4) + 1 : 1, Choice = Own };
            }

        yield return new ScenarioShape("three families, rows alike but for their keys", 3) { Count = One, Choice = (_, _, _) => ValueChoice.Same };
        yield return new ScenarioShape("values at the edges of their types", 1) { Count = (_, _) => 18, Choice = (_, _, _) => ValueChoice.Edge };
        yield return new ScenarioShape("values at the edges, every second NULL", 1) { Count = (_, _) => 12, Choice = (_, column, row) => (row + column) % 2 == 0 ? ValueChoice.Null : ValueChoice.Edge };
        yield return new ScenarioShape("every second NULL", 4) { Count = One, Choice = (_, column, row) => (row >> (column % 2)) % 2 == 0 ? ValueChoice.Null : ValueChoice.Own };
        yield return new ScenarioShape("one parent with many children", 1) { Count = (_, _) => 4, Choice = Own, Skew = 100 };
    }

    private static IEnumerable<ScenarioShape> Random(ScenarioModel model, ulong seed)
    {
        int[] counts = [0, 1, 1, 1, 2, 2, 3, 5];
        ValueChoice[] choices = [ValueChoice.Own, ValueChoice.Own, ValueChoice.Null, ValueChoice.Same, ValueChoice.Edge, ValueChoice.Any, ValueChoice.Any];
        for (var number = 1; ; number++)
        {
            var dice = new Dice(Dice.Seed(seed, $"shape {number}"));
            var families = 1 + dice.Next(4);
            // A table in the middle that is empty leaves nothing below it: most tables keep a row.
            var rows = Enumerable.Range(0, families).Select(_ => model.Tables.Select(table => dice.Chance(50) ? 1 : dice.Pick(counts)).ToArray()).ToArray();
            var columns = model.Tables.Select(table => table.Columns.Select(_ => dice.Pick(choices)).ToArray()).ToArray();
            yield return new ScenarioShape("random", families)
            {
                Count = (family, table) => rows[family][table],
                Choice = (table, column, _) => columns[table][column],
                Shared = dice.Pick([0, 0, 20, 50]),
                Skew = dice.Pick([0, 0, 60]),
            };
        }
    }
}
