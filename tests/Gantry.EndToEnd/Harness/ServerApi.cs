using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Gantry.EndToEnd.Harness;

/// <summary>A reply of the API.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON body; null when it is <c>null</c> or empty.</param>
/// <param name="Text">The body as it came.</param>
public sealed record ApiReply(HttpStatusCode Status, JsonNode? Body, string Text);

/// <summary>Raw calls of a home's server. No typed client: what is on the wire is what is tested.</summary>
public sealed class ServerApi(GantryHome home) : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Calls as the administrator, or with another token; <c>""</c> for none.</summary>
    public async Task<ApiReply> Send(HttpMethod method, string path, JsonNode? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, home.ServerUrl + path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (token is null or { Length: > 0 })
            request.Headers.Authorization = new("Bearer", token ?? home.AdminToken);
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (reply.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return new ApiReply(reply.StatusCode, null, "");
        var text = await reply.Content.ReadAsStringAsync();
        var isJson = reply.Content.Headers.ContentType?.MediaType == "application/json";
        return new ApiReply(reply.StatusCode, isJson ? JsonNode.Parse(text) : null, text);
    }

    /// <summary>A POST that must be answered with 200.</summary>
    public async Task<JsonNode?> Post(string path, JsonNode? body = null)
    {
        var reply = await Send(HttpMethod.Post, path, body);
        return reply.Status == HttpStatusCode.OK ? reply.Body : throw new InvalidOperationException($"POST {path}: {(int)reply.Status} {reply.Text}");
    }

    /// <summary>The run of a name; null when there is none.</summary>
    public async Task<JsonNode?> Run(string name)
    {
        var reply = await Send(HttpMethod.Post, "/api/project/main/runs/get", new JsonObject { ["run_name"] = name });
        return reply.Status switch
        {
            HttpStatusCode.OK => reply.Body,
            HttpStatusCode.BadRequest => null,
            _ => throw new InvalidOperationException($"runs/get {name}: {(int)reply.Status} {reply.Text}"),
        };
    }

    /// <summary>Waits until a run has one of the statuses; returns the run. Fails at once when it finished otherwise.</summary>
    public async Task<JsonNode> UntilRun(string name, TimeSpan limit, params string[] statuses)
    {
        JsonNode? last = null;
        return await Deadline.Until(
            $"run {name} {string.Join(" or ", statuses)}",
            async () =>
            {
                last = await Run(name);
                var status = (string?)last?["status"];
                if (status is null)
                    return null;
                if (statuses.Contains(status))
                    return last;
                return status is "done" or "failed" or "terminated"
                    ? throw new InvalidOperationException($"Run {name} is {status}, not {string.Join(" or ", statuses)}: {Submission(last!)?.ToJsonString()}{home.Logs()}")
                    : null;
            },
            limit,
            () => $"It is {last?["status"]} ({last?["status_message"]}).{home.Logs()}");
    }

    /// <summary>Waits until a run has one of the statuses.</summary>
    public Task<JsonNode> UntilRun(string name, params string[] statuses) => UntilRun(name, Deadline.Usual, statuses);

    /// <summary>Waits until a run finished, however; returns the run.</summary>
    public Task<JsonNode> UntilFinished(string name, TimeSpan? limit = null) => UntilRun(name, limit ?? Deadline.Usual, "done", "failed", "terminated");

    /// <summary>The latest submission of a job of a run.</summary>
    public static JsonNode? Submission(JsonNode run, int job = 0) => run["jobs"]?.AsArray()[job]?["job_submissions"]?.AsArray().LastOrDefault();

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
