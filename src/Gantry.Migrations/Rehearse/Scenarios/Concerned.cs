namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Which tables' rows can matter to a migration that touches some: those, all that points to them, since it may go with them, and all that any of these needs to point to.</summary>
internal static class Concerned
{
    /// <summary>Places of the tables in the model.</summary>
    /// <param name="model">The tables.</param>
    /// <param name="touched">Names of those that the migration touches; others than the model's are left out.</param>
    public static IReadOnlySet<int> Of(ScenarioModel model, IEnumerable<string> touched)
    {
        var names = touched.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var concerned = Enumerable.Range(0, model.Tables.Count).Where(place => names.Contains(Bare(model.Tables[place].Name))).ToHashSet();
        Spread(concerned, place => Enumerable.Range(0, model.Tables.Count).Where(other => model.Tables[other].References.Any(reference => reference.Parent == place)));
        Spread(concerned, place => model.Tables[place].References.Select(reference => reference.Parent));
        return concerned;
    }

    private static string Bare(string table) => table[(table.LastIndexOf('.') + 1)..];

    private static void Spread(HashSet<int> places, Func<int, IEnumerable<int>> next)
    {
        var queue = new Queue<int>(places);
        while (queue.TryDequeue(out var place))
            foreach (var other in next(place).Where(places.Add))
                queue.Enqueue(other);
    }
}
