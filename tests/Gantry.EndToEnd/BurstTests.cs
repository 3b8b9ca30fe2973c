using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>500 runs submitted at once.</summary>
public sealed class BurstTests : EndToEndTest
{
    private const int Runs = 500;
    private const int Slots = 4;

    [Fact]
    public async Task FiveHundredRuns_AtOnce_AllFinishInPriorityOrderNoneTwice()
    {
        Home.Environment["GANTRY_MAX_JOBS"] = $"{Slots}";
        await Home.StartServer();
        // The host is full until all are in the queue: what is placed then is the queue's order and not the submissions'.
        Gate[] gates = [.. Enumerable.Range(0, Slots).Select(i => new Gate(Home, $"full-{i}"))];
        await Task.WhenAll(gates.Select((gate, i) => Home.Submit($"full-{i}", gate.Commands(), "priority: 100")));
        foreach (var gate in gates)
            await gate.UntilReached();
        var ledger = Path.Combine(Home.Work, "ledger");

        await Parallel.ForAsync(0, Runs, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => await Submit(i, ledger));
        foreach (var gate in gates)
            gate.Open();
        var database = new Database(Home);
        await Deadline.Until(
            "all runs done",
            () => Task.FromResult(database.Query("SELECT count(*) FROM runs WHERE status = 'done'")[0][0] == $"{Runs + Slots}" ? "" : null),
            TimeSpan.FromMinutes(3),
            () => string.Join('\n', database.Query("SELECT runs.name, runs.status, jobs.status, jobs.observed FROM runs JOIN jobs ON jobs.run_id = runs.id WHERE runs.status <> 'done' LIMIT 20")
                .Select(row => string.Join(' ', row))));

        Assert.Equal(Enumerable.Range(0, Runs).Select(i => $"{i}").Order(), File.ReadAllLines(ledger).Order());
        Assert.Equal($"{Runs + Slots}", database.Query("SELECT count(*) FROM jobs")[0][0]);
        // Placement in the order of priority, and of submission among equals.
        var placed = database.Query(
            """
            SELECT runs.priority FROM events
            JOIN event_targets ON event_targets.event_id = events.id AND event_targets.target_type = 'job'
            JOIN jobs ON jobs.id = event_targets.target_id JOIN runs ON runs.id = jobs.run_id
            WHERE events.message LIKE 'Job status changed SUBMITTED -> PROVISIONING%' AND runs.name LIKE 'burst-%'
            ORDER BY events.recorded_at, events.rowid
            """).Select(row => int.Parse(row[0]!)).ToList();
        Assert.Equal(Runs, placed.Count);
        Assert.Equal(placed.OrderDescending(), placed);
    }

    private async Task Submit(int i, string ledger)
    {
        var configuration = new JsonObject
        {
            ["type"] = "task",
            ["name"] = $"burst-{i}",
            ["priority"] = i * 37 % 101,
            ["commands"] = new JsonArray($"echo {i} >> '{ledger}'"),
        };
        var plan = new JsonObject { ["run_spec"] = new JsonObject { ["run_name"] = $"burst-{i}", ["configuration"] = configuration } };
        await Home.Api.Post("/api/project/main/runs/apply", new JsonObject { ["plan"] = plan, ["force"] = false });
    }
}
