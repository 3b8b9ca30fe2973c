using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;

namespace Gantry.Server.Api;

/// <summary><c>events/list</c>, and the live stream of a project's events.</summary>
internal sealed class EventEndpoints(Ledger ledger, ChangeFeed feed)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/events/list", ListAsync).Requires(Access.User);
        routes.MapGet("/api/project/{project_name}/events/watch", WatchAsync).Requires(Access.ProjectMember);
    }

    private async Task ListAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListEventsRequest);
        if (request.Limit is < 1 or > 100)
            throw ApiError.Unprocessable([("value_error", ["body", "limit"], $"limit is {request.Limit}; allowed is 1 to 100.")]);
        var caller = context.Caller();
        var events = ledger.Read(db => EventQueries.List(db, request, caller));
        await context.WriteAsync(events, ApiJson.Default.IReadOnlyListEvent);
    }

    private async Task WatchAsync(HttpContext context)
    {
        var (caller, project) = (context.Caller(), context.Project());
        var request = new ListEventsRequest { WithinProjects = [project.Id], Ascending = true, PrevRecordedAt = ledger.Now };
        var changed = new Signal();
        using var subscription = feed.OnEvents(changed);
        await using var stream = await EventStream.BeginAsync(context);
        while (true)
        {
            var events = ledger.Read(db => EventQueries.List(db, request, caller));
            foreach (var item in events)
                await stream.SendAsync("event", JsonSerializer.SerializeToUtf8Bytes(item, ApiJson.Default.Event));
            if (events.Count > 0)
                request = request with { PrevRecordedAt = events[^1].RecordedAt, PrevId = events[^1].Id };
            if (events.Count < request.Limit)
                await stream.WaitAsync(changed);
        }
    }
}
