using System.Net;
using System.Text.Json;
using Gantry.Model.Api;

namespace Gantry.Client;

/// <summary>The server refused a request, in words and, where it gives one, with a code.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">dstack's code: <c>resource_not_exists</c>, <c>resource_exists</c>, <c>error</c>, …; null where there is none.</param>
/// <param name="message">The server's sentence or sentences.</param>
public sealed class ApiException(HttpStatusCode status, string? code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status => status;

    /// <summary>dstack's code, or null.</summary>
    public string? Code => code;

    /// <summary>Whether what was asked for does not exist.</summary>
    public bool IsNotFound => code == "resource_not_exists" || status == HttpStatusCode.NotFound;

    /// <summary>Reads any of dstack's shapes: <c>{"detail": "…"}</c>, <c>{"detail": {"msg", "code"}}</c>, <c>{"detail": [{"msg", "code"}]}</c>
    /// and a validation error's <c>{"detail": [{"loc", "msg"}]}</c>. A body that is none of them (a proxy's page) is not shown.</summary>
    public static ApiException Read(HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (JsonSerializer.Deserialize(ref reader, ApiJson.Default.ErrorReply) is { Detail: var detail })
            {
                switch (detail.ValueKind)
                {
                    case JsonValueKind.String:
                        return new ApiException(status, null, detail.GetString()!);
                    case JsonValueKind.Object:
                        return new ApiException(status, Text(detail, "code"), Text(detail, "msg") ?? Unexplained(status));
                    case JsonValueKind.Array when detail.GetArrayLength() > 0:
                        return new ApiException(status, Text(detail[0], "code"), string.Join('\n', detail.EnumerateArray().Select(Sentence)));
                }
            }
        }
        catch (JsonException)
        {
            // Not from Gantry: fall through to the status alone.
        }
        return new ApiException(status, null, Unexplained(status));
    }

    private static string Sentence(JsonElement entry)
    {
        var message = Text(entry, "msg") ?? "The request was refused.";
        return entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("loc", out var path) && path.ValueKind == JsonValueKind.Array
            ? $"{string.Join('.', path.EnumerateArray().Skip(1))}: {message}"
            : message;
    }

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Unexplained(HttpStatusCode status) => $"The server answered HTTP {(int)status} without an explanation.";
}
