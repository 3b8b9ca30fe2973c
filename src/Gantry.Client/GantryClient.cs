using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Model.Api;

namespace Gantry.Client;

/// <summary>The HTTP API, typed. Every call throws <see cref="ApiException"/> when the server refuses and
/// <see cref="ServerUnreachableException"/> when no answer comes.</summary>
/// <remarks>One instance serves any number of calls at once. It owns its handler.</remarks>
public sealed class GantryClient : IDisposable
{
    private static readonly byte[] EmptyObject = [(byte)'{', (byte)'}'];

    private readonly HttpMessageInvoker http;
    private readonly Uri server;
    private readonly string? token;
    private readonly IServerLocator? locator;

    /// <summary>A client of the server at <paramref name="server"/>.</summary>
    /// <param name="server">Its URL, without <c>/api</c>.</param>
    /// <param name="token">The user's token; null where <paramref name="handler"/> adds it.</param>
    /// <param name="handler">What carries the requests; null for TCP, with TLS where the URL says https.</param>
    public GantryClient(Uri server, string? token, HttpMessageHandler? handler = null)
    {
        this.server = server;
        this.token = token;
        locator = handler as IServerLocator;
        http = new HttpMessageInvoker(handler ?? (server is { Scheme: "http", IsLoopback: true } ? new LoopbackHandler() : new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        }));
    }

    /// <summary>What would happen if this were applied.</summary>
    public Task<RunPlan> GetRunPlanAsync(string project, GetRunPlanRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/runs/get_plan", request, ApiJson.Default.GetRunPlanRequest, ApiJson.Default.RunPlan, cancellation);

    /// <summary>Submits or updates a run. It is stored when this returns.</summary>
    public Task<Run> ApplyRunPlanAsync(string project, ApplyRunPlanRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/runs/apply", request, ApiJson.Default.ApplyRunPlanRequest, ApiJson.Default.Run, cancellation);

    /// <summary>The GPUs that there are for a run, summed up.</summary>
    public Task<ListGpusResponse> ListGpusAsync(string project, ListGpusRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/gpus/list", request, ApiJson.Default.ListGpusRequest, ApiJson.Default.ListGpusResponse, cancellation);

    /// <summary>What a job used, newest first, at most so many points.</summary>
    public async Task<JobMetrics> GetJobMetricsAsync(string project, string run, int replica, int job, int limit, CancellationToken cancellation = default)
    {
        var query = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"replica_num={replica}&job_num={job}&limit={limit}");
        using var request = Request(HttpMethod.Get, $"{Project(project)}/metrics/job/{Uri.EscapeDataString(run)}?{query}", null);
        using var response = await SendAsync(request, cancellation);
        return Parse(await ReadAsync(response, cancellation), ApiJson.Default.JobMetrics);
    }

    /// <summary>One page of runs, at most 100, the latest first unless asked otherwise.</summary>
    public Task<IReadOnlyList<Run>> ListRunsAsync(ListRunsRequest request, CancellationToken cancellation = default) =>
        PostAsync("api/runs/list", request, ApiJson.Default.ListRunsRequest, ApiJson.Default.IReadOnlyListRun, cancellation);

    /// <summary>A run by name or id.</summary>
    public Task<Run> GetRunAsync(string project, GetRunRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/runs/get", request, ApiJson.Default.GetRunRequest, ApiJson.Default.Run, cancellation);

    /// <summary>The same as the server wrote it, fields that this client doesn't know included.</summary>
    public Task<JsonElement> GetRunJsonAsync(string project, GetRunRequest request, CancellationToken cancellation = default) =>
        PostLeanAsync($"{Project(project)}/runs/get", LeanJson.Write(request), cancellation);

    /// <summary>One page of runs as the server wrote it.</summary>
    public Task<JsonElement> ListRunsJsonAsync(ListRunsRequest request, CancellationToken cancellation = default) =>
        PostLeanAsync("api/runs/list", LeanJson.Write(request), cancellation);

    /// <summary>Asks runs to stop; returns when the wish is stored, not when they have stopped.</summary>
    public Task StopRunsAsync(string project, StopRunsRequest request, CancellationToken cancellation = default) =>
        PostLeanAsync($"{Project(project)}/runs/stop", LeanJson.Write(request), cancellation);

    /// <summary>Deletes finished runs with their logs.</summary>
    public Task DeleteRunsAsync(string project, DeleteRunsRequest request, CancellationToken cancellation = default) =>
        PostLeanAsync($"{Project(project)}/runs/delete", LeanJson.Write(request), cancellation);

    /// <summary>What would happen if this fleet were applied.</summary>
    public Task<FleetPlan> GetFleetPlanAsync(string project, GetFleetPlanRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/fleets/get_plan", request, ApiJson.Default.GetFleetPlanRequest, ApiJson.Default.FleetPlan, cancellation);

    /// <summary>Makes or changes a fleet. It is stored when this returns; its hosts are not ready yet.</summary>
    public Task<Fleet> ApplyFleetPlanAsync(string project, ApplyFleetPlanRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/fleets/apply", request, ApiJson.Default.ApplyFleetPlanRequest, ApiJson.Default.Fleet, cancellation);

    /// <summary>A fleet by name or id.</summary>
    public Task<Fleet> GetFleetAsync(string project, GetFleetRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/fleets/get", request, ApiJson.Default.GetFleetRequest, ApiJson.Default.Fleet, cancellation);

    /// <summary>A project's fleets.</summary>
    public Task<IReadOnlyList<Fleet>> ListFleetsAsync(string project, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/fleets/list", new ListProjectFleetsRequest(), ApiJson.Default.ListProjectFleetsRequest, ApiJson.Default.IReadOnlyListFleet, cancellation);

    /// <summary>Deletes fleets; returns when the wish is stored, not when their hosts are given back.</summary>
    public Task DeleteFleetsAsync(string project, DeleteFleetsRequest request, CancellationToken cancellation = default) =>
        PostBytesAsync($"{Project(project)}/fleets/delete", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.DeleteFleetsRequest), cancellation);

    /// <summary>Deletes hosts of a fleet; returns when the wish is stored.</summary>
    public Task DeleteFleetInstancesAsync(string project, DeleteFleetInstancesRequest request, CancellationToken cancellation = default) =>
        PostBytesAsync($"{Project(project)}/fleets/delete_instances", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.DeleteFleetInstancesRequest), cancellation);

    /// <summary>Creates a volume. It is stored when this returns.</summary>
    public Task<Volume> CreateVolumeAsync(string project, CreateVolumeRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/volumes/create", request, ApiJson.Default.CreateVolumeRequest, ApiJson.Default.Volume, cancellation);

    /// <summary>A volume by name; null where there is none.</summary>
    public async Task<Volume?> FindVolumeAsync(string project, string name, CancellationToken cancellation = default)
    {
        try
        {
            return await PostAsync($"{Project(project)}/volumes/get", new GetVolumeRequest(name), ApiJson.Default.GetVolumeRequest, ApiJson.Default.Volume, cancellation);
        }
        catch (ApiException missing) when (missing.Code == "resource_not_exists")
        {
            return null;
        }
    }

    /// <summary>The project's volumes that are not deleted.</summary>
    public Task<IReadOnlyList<Volume>> ListVolumesAsync(string project, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/volumes/list", new ListVolumesRequest(), ApiJson.Default.ListVolumesRequest, ApiJson.Default.IReadOnlyListVolume, cancellation);

    /// <summary>One page of volumes, at most 100, the latest first unless asked otherwise.</summary>
    public Task<IReadOnlyList<Volume>> ListVolumesAsync(ListVolumesRequest request, CancellationToken cancellation = default) =>
        PostAsync("api/volumes/list", request, ApiJson.Default.ListVolumesRequest, ApiJson.Default.IReadOnlyListVolume, cancellation);

    /// <summary>Deletes volumes that nobody uses; returns when the wish is stored, not when their directories are gone.</summary>
    public Task DeleteVolumesAsync(string project, DeleteVolumesRequest request, CancellationToken cancellation = default) =>
        PostBytesAsync($"{Project(project)}/volumes/delete", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.DeleteVolumesRequest), cancellation);

    /// <summary>An instance by id, also one that is gone.</summary>
    public Task<Instance> GetInstanceAsync(string project, GetInstanceRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/instances/get", request, ApiJson.Default.GetInstanceRequest, ApiJson.Default.Instance, cancellation);

    /// <summary>A page of the log of one attempt.</summary>
    public Task<JobSubmissionLogs> PollLogsAsync(string project, PollLogsRequest request, CancellationToken cancellation = default) =>
        PostAsync($"{Project(project)}/logs/poll", request, ApiJson.Default.PollLogsRequest, ApiJson.Default.JobSubmissionLogs, cancellation);

    /// <summary>A page of events.</summary>
    public Task<IReadOnlyList<Event>> ListEventsAsync(ListEventsRequest request, CancellationToken cancellation = default) =>
        PostAsync("api/events/list", request, ApiJson.Default.ListEventsRequest, ApiJson.Default.IReadOnlyListEvent, cancellation);

    /// <summary>A project with its members.</summary>
    public async Task<Project> GetProjectAsync(string project, CancellationToken cancellation = default) =>
        Parse(await PostBytesAsync($"api/projects/{Uri.EscapeDataString(project)}/get", EmptyObject, cancellation), ApiJson.Default.Project);

    /// <summary>One's own uploaded archive of this hash; null when it has to be uploaded.</summary>
    public async Task<FileArchive?> FindFileArchiveAsync(string hash, CancellationToken cancellation = default)
    {
        try
        {
            return await PostAsync("api/files/get_archive_by_hash", new GetFileArchiveByHashRequest(hash), ApiJson.Default.GetFileArchiveByHashRequest, ApiJson.Default.FileArchive, cancellation);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Uploads an archive.</summary>
    /// <param name="hash">Its SHA-256, lower-case hex.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task<FileArchive> UploadFileArchiveAsync(string hash, Stream content, CancellationToken cancellation = default) =>
        Parse(await UploadAsync("api/files/upload_archive", hash, content, cancellation), ApiJson.Default.FileArchive);

    /// <summary>A repo with the caller's own credentials; null when the project has none of this id.</summary>
    public async Task<RepoHeadWithCreds?> FindRepoAsync(string project, string repoId, CancellationToken cancellation = default)
    {
        try
        {
            return await PostAsync($"{Project(project)}/repos/get", new GetRepoRequest(repoId, IncludeCreds: true), ApiJson.Default.GetRepoRequest, ApiJson.Default.RepoHeadWithCreds, cancellation);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Tells the server of a repo, and as whom the caller's jobs clone it.</summary>
    public Task InitRepoAsync(string project, SaveRepoCredsRequest request, CancellationToken cancellation = default) =>
        PostBytesAsync($"{Project(project)}/repos/init", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.SaveRepoCredsRequest), cancellation);

    /// <summary>Uploads local changes of a repo, or a whole directory.</summary>
    /// <param name="project">Project.</param>
    /// <param name="repoId">The repo's id.</param>
    /// <param name="hash">SHA-256 of the bytes, lower-case hex.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellation">Gives it up.</param>
    public Task UploadRepoCodeAsync(string project, string repoId, string hash, Stream content, CancellationToken cancellation = default) =>
        UploadAsync($"{Project(project)}/repos/upload_code?repo_id={Uri.EscapeDataString(repoId)}", hash, content, cancellation);

    /// <summary>Jobs that hosts run and the database doesn't know. For administrators of the server.</summary>
    public async Task<IReadOnlyList<QuarantinedJob>> ListQuarantinedAsync(CancellationToken cancellation = default)
    {
        var reply = await PostBytesAsync("api/quarantine/list", EmptyObject, cancellation);
        // Nearly always: and then the serializer need not be woken.
        return reply.AsSpan().SequenceEqual("[]"u8) ? [] : Parse(reply, ApiJson.Default.IReadOnlyListQuarantinedJob);
    }

    /// <summary>Stops such jobs. For administrators of the server.</summary>
    public Task StopQuarantinedAsync(StopQuarantinedRequest request, CancellationToken cancellation = default) =>
        PostBytesAsync("api/quarantine/stop", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.StopQuarantinedRequest), cancellation);

    /// <summary>Whether the server serves, and which build it is. Needs no token.</summary>
    public async Task<ServerHealth> GetHealthAsync(CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Get, "healthz", null);
        using var response = await SendAsync(request, cancellation);
        return Parse(await ReadAsync(response, cancellation), ClientJson.Default.ServerHealth);
    }

    /// <summary>Follows a job of a run: its status and its output, until the run has ended and its log is complete.</summary>
    /// <exception cref="ServerUnreachableException">The connection broke before the end: go on with <see cref="FollowOptions.After"/> the last event.</exception>
    public IAsyncEnumerable<RunEvent> FollowRunAsync(string project, string run, FollowOptions options, CancellationToken cancellation = default) =>
        RunEvent.ReadAsync(StreamAsync($"{Project(project)}/runs/{Uri.EscapeDataString(run)}/follow?{options.Query}", cancellation));

    /// <summary>Yields once at the start and then whenever any run of the project changed.</summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> WatchRunsAsync(
        string project, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var item in StreamAsync($"{Project(project)}/runs/watch", cancellation))
        {
            if (item.EventType == "changed")
                yield return JsonSerializer.Deserialize(item.Data, ClientJson.Default.ChangedRuns)?.RunNames ?? [];
        }
    }

    /// <summary>Yields each event of the project from now on; null once, when the watch is in place and nothing can be missed any more.</summary>
    public async IAsyncEnumerable<Event?> WatchEventsAsync(
        string project, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Get, $"{Project(project)}/events/watch", null);
        using var response = await SendAsync(request, cancellation);
        yield return null;
        await foreach (var item in EventStream.ReadAsync(response, cancellation))
        {
            if (item.EventType == "event")
                yield return JsonSerializer.Deserialize(item.Data, ApiJson.Default.Event);
        }
    }

    /// <summary>Opens a stream into a running job. A refusal comes with the first read.</summary>
    /// <exception cref="JobStreamException">The caller may not, or the server knows no such streams.</exception>
    public async Task<JobStream> OpenStreamAsync(string project, string run, JobStreamRequest request, CancellationToken cancellation = default)
    {
        var (url, secret) = locator is null ? (server, token) : await LocateAsync(locator, cancellation);
        var path = new Uri(url, $"{Project(project)}/runs/{Uri.EscapeDataString(run)}/{request.Path}?{request.Query}");
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {secret}");
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
            socket.Options.CollectHttpResponseDetails = true;
            await socket.ConnectAsync(new UriBuilder(path) { Scheme = url.Scheme == "https" ? "wss" : "ws" }.Uri, cancellation);
            return new JobStream(socket);
        }
        catch (WebSocketException error)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw status switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new JobStreamException($"The server refused: you may not use the project {project}."),
                HttpStatusCode.NotFound => new JobStreamException($"The server knows no project {project}, or is too old for exec and attach."),
                0 => new ServerUnreachableException($"No answer from the server at {url.GetLeftPart(UriPartial.Authority)}: {error.InnerException?.Message ?? error.Message}", error),
                _ => new JobStreamException($"The server refused with HTTP {(int)status}: {error.Message}"),
            };
        }
    }

    private static async Task<(Uri Url, string? Token)> LocateAsync(IServerLocator locator, CancellationToken cancellation)
    {
        try
        {
            return await locator.LocateAsync(cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new ServerUnreachableException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static string Project(string name) => $"api/project/{Uri.EscapeDataString(name)}";

    private async Task<TReply> PostAsync<TRequest, TReply>(
        string path, TRequest body, JsonTypeInfo<TRequest> type, JsonTypeInfo<TReply> replyType, CancellationToken cancellation) =>
        Parse(await PostBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(body, type), cancellation), replyType);

    private async Task<JsonElement> PostLeanAsync(string path, byte[] body, CancellationToken cancellation)
    {
        var reply = await PostBytesAsync(path, body, cancellation);
        try
        {
            return LeanJson.Read(reply);
        }
        catch (JsonException error)
        {
            throw NotGantry(error);
        }
    }

    private async Task<byte[]> PostBytesAsync(string path, byte[] body, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Post, path, body);
        using var response = await SendAsync(request, cancellation);
        return await ReadAsync(response, cancellation);
    }

    private async IAsyncEnumerable<System.Net.ServerSentEvents.SseItem<byte[]>> StreamAsync(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path, null);
        using var response = await SendAsync(request, cancellation);
        await foreach (var item in EventStream.ReadAsync(response, cancellation))
            yield return item;
    }

    // As dstack's client does: a form with one file, whose name is its hash.
    private async Task<byte[]> UploadAsync(string path, string hash, Stream content, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Post, path, null);
        request.Content = new MultipartFormDataContent { { new StreamContent(content), "file", hash } };
        using var response = await SendAsync(request, cancellation);
        return await ReadAsync(response, cancellation);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, byte[]? body)
    {
        var request = new HttpRequestMessage(method, new Uri(server, path));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException error)
        {
            // The handler may have sent it elsewhere than to where it was addressed.
            throw new ServerUnreachableException($"No answer from the server at {request.RequestUri!.GetLeftPart(UriPartial.Authority)}: {error.Message}", error);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw ApiException.Read(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new ServerUnreachableException($"The connection to the server broke: {error.Message}", error);
        }
    }

    private static TReply Parse<TReply>(byte[] reply, JsonTypeInfo<TReply> type)
    {
        try
        {
            return JsonSerializer.Deserialize(reply, type)!;
        }
        catch (JsonException error)
        {
            throw NotGantry(error);
        }
    }

    private static ServerUnreachableException NotGantry(JsonException error) => new($"The answer is not what a Gantry server gives: {error.Message}", error);
}
