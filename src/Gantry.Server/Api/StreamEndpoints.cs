using System.Globalization;
using System.Net.WebSockets;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;
using Gantry.Server.Agents;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>
/// Byte streams into running jobs, as WebSockets: <c>runs/RUN/exec</c>, <c>runs/RUN/forward?port=N</c>, <c>runs/RUN/attach</c> (SSH); and
/// <c>runs/RUN/presence</c>, which carries nothing: whoever holds it is attached. Binary messages are the bytes; a
/// text message is a sentence that says why it was refused or broken off. Closing one direction leaves the other open.
/// </summary>
internal sealed class StreamEndpoints(Ledger ledger, AgentStreams streams, RunPresence presence, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    public void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/api/project/{project_name}/runs").Requires(Access.ProjectMember);
        project.MapGet("/{run_name}/exec", context => ServeAsync(context, _ => new OpenStream { Kind = StreamKinds.Exec }));
        project.MapGet("/{run_name}/forward", context => ServeAsync(context, query => new OpenStream { Kind = StreamKinds.Forward, Target = query["port"] }));
        project.MapGet("/{run_name}/presence", context => ServeAsync(context, (socket, _) => StayAsync(socket, context.RequestAborted)));
        project.MapGet("/{run_name}/attach", context => ServeAsync(context, query => new OpenStream { Kind = StreamKinds.Attach, AuthorizedKeys = [.. query["key"].OfType<string>()] }));
    }

    private Task ServeAsync(HttpContext context, Func<IQueryCollection, OpenStream> describe)
    {
        var order = describe(context.Request.Query);
        return ServeAsync(context, async (socket, job) =>
        {
            await using var stream = await streams.OpenAsync(
                job.InstanceId!.Value,
                new OpenStream { Kind = order.Kind, JobId = job.Id, Target = order.Target, AuthorizedKeys = order.AuthorizedKeys },
                context.RequestAborted);
            await StreamRelay.RunAsync(socket, stream, context.RequestAborted);
        });
    }

    private async Task StayAsync(WebSocket socket, CancellationToken gone)
    {
        // A server that stops does not wait for those who are there.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(gone, lifetime.ApplicationStopping);
        var nothing = new byte[1];
        while (await socket.ReceiveAsync(nothing.AsMemory(), ending.Token) is { MessageType: not WebSocketMessageType.Close })
            continue;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ending.Token);
    }

    private async Task ServeAsync(HttpContext context, Func<WebSocket, JobRow, Task> serve)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw ApiError.Bad("This path serves WebSockets only. Use gantry exec, gantry attach or ssh.");
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        try
        {
            var job = FindJob(context.Project(), (string)context.Request.RouteValues["run_name"]!, context.Request.Query);
            await using var visit = await presence.BeginAsync(job, context.RequestAborted);
            await serve(socket, job);
        }
        catch (StreamBrokenException e)
        {
            await StreamRelay.RefuseAsync(socket, e.Message, context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone.
        }
    }

    private JobRow FindJob(ProjectRow project, string runName, IQueryCollection query)
    {
        var (replica, number) = (Number(query, "replica"), Number(query, "job") ?? 0);
        var jobs = ledger.Read(db => RunQueries.Find(db, project.Id, runName) is { } run
            ? db.Jobs.Where(job => job.RunId == run.Id && job.JobNum == number && (replica == null || job.ReplicaNum == replica))
                .OrderBy(job => job.ReplicaNum).ThenByDescending(job => job.SubmissionNum).ToList()
            : throw new StreamBrokenException($"There is no run {runName} in project {project.Name}."));
        if (jobs.Find(job => job is { Status: "running", InstanceId: not null }) is { } running)
            return running;
        if (jobs.Count == 0)
            throw new StreamBrokenException($"The run {runName} has no job {number}{(replica is { } r ? $" of replica {r}" : "")}{(query.ContainsKey("job") ? "" : " yet")}.");
        throw new StreamBrokenException($"The run {runName} does not run now: its job {number} is {jobs[0].Status}. See: gantry ps {runName}");
    }

    private static int? Number(IQueryCollection query, string name) =>
        !query.TryGetValue(name, out var text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new StreamBrokenException($"{name} is '{text}'; allowed is a number from 0.");
}
