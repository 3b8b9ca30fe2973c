using System.CommandLine;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry event</c>: what happened, and by whom.</summary>
internal static class EventCommand
{
    private const int PageSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private sealed record Choice(string? Project, bool Watch, string? Since, string[] TargetRuns, string[] WithinRuns, string[] Types);

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project(recursive: true);
        var watch = new Option<bool>("--watch", "-w") { Description = "Watch events in realtime", Recursive = true };
        var since = Shared.Since("Only show events newer than the specified date.");
        since.Description += ". If not specified, show the last 100 events.";
        since.Recursive = true;
        var target = Names("--target-run", "Only show events that target the specified runs", "NAME");
        var within = Names("--within-run", "Only show events that target the specified runs or jobs within those runs", "NAME");
        var types = Names("--include-target-type", "Only show events that target entities of the specified types", "TYPE");
        types.CompletionSources.Add("project", "user", "run", "job", "instance", "fleet", "volume");

        Func<ParseResult, CancellationToken, Task<int>> action = (parsed, cancellation) => RunAsync(
            invocation,
            new Choice(parsed.GetValue(project), parsed.GetValue(watch), parsed.GetValue(since), parsed.GetValue(target)!, parsed.GetValue(within)!, parsed.GetValue(types)!),
            cancellation);
        var list = new Command("list", "List events within the selected project");
        list.SetAction(action);
        var command = new Command("event", "View events") { project, watch, since, target, within, types, list };
        command.SetAction(action);
        HelpPage.SetEnding(command, """
            Examples:
              gantry event                     the last 100 of the project
              gantry event --within-run hello -w
              gantry event --since 1d --include-target-type run
            """);
        return command;
    }

    private static Option<string[]> Names(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static async Task<int> RunAsync(Invocation invocation, Choice choice, CancellationToken cancellation)
    {
        if (choice.TargetRuns.Length > 0 && choice.WithinRuns.Length > 0)
            throw new CliException(ExitCodes.Usage, "--target-run and --within-run exclude each other.");
        var since = Shared.ParseSince(choice.Since, invocation.Now);
        using var project = ProjectConnection.Open(invocation, choice.Project);
        var request = await RequestAsync(project, choice, cancellation);
        if (!choice.Watch)
        {
            foreach (var entry in await ReadAsync(project, request, since, cancellation))
                Print(invocation, entry);
            return ExitCodes.Ok;
        }
        return await WatchAsync(invocation, project, request, since, cancellation);
    }

    private static async Task<ListEventsRequest> RequestAsync(ProjectConnection project, Choice choice, CancellationToken cancellation)
    {
        var request = new ListEventsRequest { IncludeTargetTypes = choice.Types.Length > 0 ? choice.Types : null };
        if (choice.TargetRuns.Length > 0)
            return request with { TargetRuns = await IdsAsync(project, choice.TargetRuns, cancellation) };
        if (choice.WithinRuns.Length > 0)
            return request with { WithinRuns = await IdsAsync(project, choice.WithinRuns, cancellation) };
        return request with { WithinProjects = [(await project.Client.GetProjectAsync(project.Name, cancellation)).ProjectId] };
    }

    private static async Task<IReadOnlyList<Guid>> IdsAsync(ProjectConnection project, string[] names, CancellationToken cancellation)
    {
        var ids = new List<Guid>();
        foreach (var name in names)
            ids.Add((await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(name), cancellation)).GetProperty("id").GetGuid());
        return ids;
    }

    /// <summary>The last 100, or all since a time; the oldest first.</summary>
    private static async Task<IReadOnlyList<Event>> ReadAsync(ProjectConnection project, ListEventsRequest request, DateTimeOffset? since, CancellationToken cancellation)
    {
        var events = new List<Event>();
        while (true)
        {
            var page = await project.Client.ListEventsAsync(request, cancellation);
            events.AddRange(since is null ? page : page.TakeWhile(entry => entry.RecordedAt > since));
            if (since is null || page.Count < PageSize || page[^1].RecordedAt <= since)
                break;
            request = request with { PrevRecordedAt = page[^1].RecordedAt, PrevId = page[^1].Id };
        }
        events.Reverse();
        return events;
    }

    // The stream only says when to look again: so the same filters hold, and nothing falls between the list and the stream.
    private static async Task<int> WatchAsync(Invocation invocation, ProjectConnection project, ListEventsRequest request, DateTimeOffset? since, CancellationToken cancellation)
    {
        Event? last = null;
        while (true)
        {
            try
            {
                await foreach (var _ in project.Client.WatchEventsAsync(project.Name, cancellation))
                {
                    var events = last is null
                        ? await ReadAsync(project, request, since, cancellation)
                        : await NewerAsync(project, request, last, cancellation);
                    foreach (var entry in events)
                        Print(invocation, entry);
                    last = events.Count > 0 ? events[^1] : last;
                }
            }
            catch (ServerUnreachableException)
            {
                // The server may be starting again.
            }
            await Task.Delay(Pause, invocation.Time, cancellation);
        }
    }

    private static async Task<IReadOnlyList<Event>> NewerAsync(ProjectConnection project, ListEventsRequest request, Event last, CancellationToken cancellation)
    {
        var events = new List<Event>();
        request = request with { Ascending = true };
        while (true)
        {
            request = request with { PrevRecordedAt = last.RecordedAt, PrevId = last.Id };
            var page = await project.Client.ListEventsAsync(request, cancellation);
            events.AddRange(page);
            if (page.Count < PageSize)
                return events;
            last = page[^1];
        }
    }

    // As dstack prints them: [2026-01-21 13:09:37] [👤admin] [run cursor] Run submitted. Status: SUBMITTED
    private static void Print(Invocation invocation, Event entry)
    {
        var terminal = invocation.Terminal;
        var actor = entry.ActorUser is { } user ? $"[👤{user}] " : "";
        var targets = string.Join(", ", entry.Targets.Select(target => $"{target.Type} {target.Name}"));
        terminal.Print($"{terminal.Paint($"[{Words.LocalTime(entry.RecordedAt)}]", Style.Dim)} {actor}[{targets}] {entry.Message}");
    }
}
