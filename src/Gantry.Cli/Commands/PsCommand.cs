using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry ps</c>: lists runs.</summary>
internal static class PsCommand
{
    private static readonly TimeSpan Repaint = TimeSpan.FromSeconds(1);

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project();
        var all = new Option<bool>("--all", "-a") { Description = "Show all runs. By default, it only shows unfinished runs or the last finished" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show more information about runs" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Watch statuses of runs in realtime" };
        var last = new Option<int?>("--last", "-n") { Description = "Show only the last N runs. Implies --all", HelpName = "N" };
        last.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var count) || count < 1))
                result.AddError($"--last: '{token.Value}' is not a number of runs.");
        });
        var format = Shared.Format();
        var json = Shared.Json();
        var command = new Command("ps", "List runs") { project, all, verbose, watch, last, format, json };
        HelpPage.SetEnding(command, """
            Examples:
              gantry ps                        unfinished runs, or the last one
              gantry ps -w                     the same, live
              gantry ps -n 20 -v               the last 20, with hosts and errors
              gantry ps --json | jq -r '.runs[].status'
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation,
            parsed.GetValue(project),
            new RunListing(parsed.GetValue(all), parsed.GetValue(last)),
            parsed.GetValue(verbose),
            parsed.GetValue(watch),
            parsed.GetValue(json) || parsed.GetValue(format) == "json",
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        Invocation invocation, string? named, RunListing listing, bool verbose, bool watch, bool json, CancellationToken cancellation)
    {
        if (watch && json)
            throw new CliException(ExitCodes.Usage, "--watch shows a table; it cannot be combined with JSON.");
        using var project = ProjectConnection.Open(invocation, named);
        if (watch)
            return await WatchAsync(invocation, project, listing, verbose, cancellation);

        var runs = await listing.ReadAsync(project, cancellation);
        if (json)
        {
            invocation.Terminal.Print(ToJson(project.Name, runs));
            return ExitCodes.Ok;
        }
        var quarantined = await RunListing.QuarantinedAsync(project, cancellation);
        var text = string.Join('\n', Lines(invocation, Rows(runs), quarantined, verbose));
        invocation.Terminal.Print(text);
        return ExitCodes.Ok;
    }

    private static async Task<int> WatchAsync(Invocation invocation, ProjectConnection project, RunListing listing, bool verbose, CancellationToken cancellation)
    {
        var table = new LiveTable(invocation.Terminal);
        while (true)
        {
            try
            {
                await using var changes = project.Client.WatchRunsAsync(project.Name, cancellation).GetAsyncEnumerator(cancellation);
                var changed = changes.MoveNextAsync().AsTask();
                while (await changed)
                {
                    changed = changes.MoveNextAsync().AsTask();
                    var runs = Rows(await listing.ReadAsync(project, cancellation));
                    var quarantined = await RunListing.QuarantinedAsync(project, cancellation);
                    do
                        table.Draw(Lines(invocation, runs, quarantined, verbose));
                    while (await Task.WhenAny(changed, Task.Delay(Repaint, invocation.Time, cancellation)) != changed);
                }
            }
            catch (ServerUnreachableException)
            {
                table.Draw([" The server does not answer; trying again ..."]);
            }
            await Task.Delay(Repaint, invocation.Time, cancellation);
        }
    }

    private static List<RunRow> Rows(IReadOnlyList<JsonElement> runs)
    {
        var rows = new List<RunRow>(runs.Count);
        foreach (var run in runs)
            rows.Add(RunRow.Read(run));
        return rows;
    }

    private static IEnumerable<string> Lines(Invocation invocation, List<RunRow> runs, IReadOnlyList<QuarantinedJob> quarantined, bool verbose)
    {
        foreach (var line in RunTable.Of(runs, verbose, invocation.Now).Lines(invocation.Terminal))
            yield return line;
        if (quarantined.Count == 0)
            yield break;
        yield return "";
        yield return invocation.Terminal.Paint(
            $"Quarantined: {Words.Of(quarantined.Count, "job")} that a host runs and the database does not know (was an older copy restored?). They go on until someone decides.", Style.Busy);
        foreach (var line in RunTable.Of(quarantined, invocation.Now).Lines(invocation.Terminal))
            yield return line;
        yield return "Stop them with: gantry quarantine stop JOB...";
    }

    // dstack's shape; each run as the server wrote it.
    private static string ToJson(string project, IReadOnlyList<JsonElement> runs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("project", project);
            writer.WriteStartArray("runs");
            foreach (var run in runs)
                run.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
