using System.Diagnostics;
using System.Text.Json;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Bench;

/// <summary>One run over the API, followed as the CLI follows it.</summary>
internal static class OneRun
{
    /// <summary>Milliseconds from the request that submits it to its first line of output, and to its end.</summary>
    public static async Task<(double FirstLine, double End)> TimeAsync(GantryClient client, string name, string configuration)
    {
        var request = JsonSerializer.Deserialize(NoOpRuns.ApplyBody(name, configuration), ApiJson.Default.ApplyRunPlanRequest)!;
        var watch = Stopwatch.StartNew();
        await client.ApplyRunPlanAsync("main", request);
        var firstLine = 0.0;
        await foreach (var happened in client.FollowRunAsync("main", name, new FollowOptions()))
        {
            if (happened is RunEvent.Output && firstLine == 0)
                firstLine = watch.Elapsed.TotalMilliseconds;
        }
        return firstLine > 0 ? (firstLine, watch.Elapsed.TotalMilliseconds) : throw new InvalidOperationException($"The run {name} ended without output.");
    }
}
