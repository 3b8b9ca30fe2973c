using System.Buffers;
using System.Text.Json;
using Gantry.Model.Api;

namespace Gantry.Client;

/// <summary>Requests and replies of the commands that should answer at once, without the serializer: preparing its description of a type compiles hundreds
/// of small methods in a fresh process, which costs <c>gantry ps</c> 80 ms.</summary>
internal static class LeanJson
{
    public static byte[] Write(ListRunsRequest request) => Write(json =>
    {
        json.WriteString("project_name", request.ProjectName);
        json.WriteString("repo_id", request.RepoId);
        json.WriteString("username", request.Username);
        json.WriteBoolean("only_active", request.OnlyActive);
        json.WriteBoolean("include_jobs", request.IncludeJobs);
        if (request.JobSubmissionsLimit is { } submissions)
            json.WriteNumber("job_submissions_limit", submissions);
        if (request.PrevSubmittedAt is { } time)
            json.WriteString("prev_submitted_at", time);
        if (request.PrevRunId is { } id)
            json.WriteString("prev_run_id", id);
        json.WriteNumber("limit", request.Limit);
        json.WriteBoolean("ascending", request.Ascending);
    });

    public static byte[] Write(GetRunRequest request) => Write(json =>
    {
        json.WriteString("run_name", request.RunName);
        if (request.Id is { } id)
            json.WriteString("id", id);
    });

    public static byte[] Write(StopRunsRequest request) => Write(json =>
    {
        WriteNames(json, request.RunsNames);
        json.WriteBoolean("abort", request.Abort);
    });

    public static byte[] Write(DeleteRunsRequest request) => Write(json => WriteNames(json, request.RunsNames));

    /// <summary>A reply as a tree of its own memory.</summary>
    public static JsonElement Read(byte[] reply) => JsonDocument.Parse(reply).RootElement;

    private static void WriteNames(Utf8JsonWriter json, IReadOnlyList<string> names)
    {
        json.WriteStartArray("runs_names");
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
