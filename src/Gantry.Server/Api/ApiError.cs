using System.Buffers;
using System.Text.Json;

namespace Gantry.Server.Api;

/// <summary>An error reply, in dstack's shapes.</summary>
internal sealed class ApiError : Exception
{
    private ApiError(int status, string message, byte[] body) : base(message) => (Status, Body) = (status, body);

    public int Status { get; }

    public byte[] Body { get; }

    public static ApiError NotAuthenticated() => Text(401, "Not authenticated");

    public static ApiError InvalidToken() => Plain(403, "Invalid token");

    public static ApiError AccessDenied() => Plain(403, "Access denied");

    public static ApiError NotFound() => Plain(404, "Not found");

    public static ApiError RunNotFound() => Coded(400, [("Run not found", "resource_not_exists")]);

    /// <summary>What is named is not there: dstack's reply, with the words of what it is.</summary>
    public static ApiError Missing(string message) => Coded(400, [(message, "resource_not_exists")]);

    /// <summary>Anything that is not a run and does not exist.</summary>
    public static ApiError NotExists() => Coded(400, [("Resource not found", "resource_not_exists")]);

    public static ApiError Bad(string message) => Coded(400, [(message, "error")]);

    public static ApiError Bad(IReadOnlyList<string> messages) => Coded(400, [.. messages.Select(message => (message, "error"))]);

    public static ApiError Exists(string message) => Coded(400, [(message, "resource_exists")]);

    /// <summary>No room: what the caller asked for was not done.</summary>
    public static ApiError InsufficientStorage(string message) => Coded(507, [(message, "error")]);

    /// <summary>The server cannot serve now.</summary>
    public static ApiError Unavailable(string message) => Coded(503, [(message, "error")]);

    public static ApiError Internal(string requestId) =>
        Coded(500, [($"The server failed to answer; nothing is known to have changed. Its log tells more, under request {requestId}.", "error")]);

    /// <summary><c>{"detail": "…"}</c>.</summary>
    public static ApiError Text(int status, string message) => new(status, message, Write(json => json.WriteStringValue(message)));

    /// <summary>422: the body's fields that are wrong, each with where it is.</summary>
    public static ApiError Unprocessable(IReadOnlyList<(string Type, IReadOnlyList<string> Location, string Message)> problems) => new(
        422, string.Join(" ", problems.Select(problem => problem.Message)), Write(json =>
        {
            json.WriteStartArray();
            foreach (var (type, location, message) in problems)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteStartArray("loc");
                foreach (var part in location)
                    json.WriteStringValue(part);
                json.WriteEndArray();
                json.WriteString("msg", message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));

    private static ApiError Plain(int status, string message) => new(status, message, Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("msg", message);
        json.WriteNull("code");
        json.WriteEndObject();
    }));

    private static ApiError Coded(int status, IReadOnlyList<(string Message, string Code)> entries) => new(
        status, string.Join(" ", entries.Select(entry => entry.Message)), Write(json =>
        {
            json.WriteStartArray();
            foreach (var (message, code) in entries)
            {
                json.WriteStartObject();
                json.WriteString("msg", message);
                json.WriteString("code", code);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));

    private static byte[] Write(Action<Utf8JsonWriter> detail)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WritePropertyName("detail");
        detail(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
