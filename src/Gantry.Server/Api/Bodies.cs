using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Model.Configurations;

namespace Gantry.Server.Api;

/// <summary>Reads request bodies and writes replies.</summary>
internal static class Bodies
{
    /// <summary>Replies are JSON for programs, never part of a page: what is only dangerous in HTML need not be escaped.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the body; an empty one is <c>{}</c>. What is wrong with it becomes a 422 that names each field.</summary>
    public static async Task<T> ReadAsync<T>(this HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            var value = context.Request.ContentLength == 0 || context.Request.ContentType is null
                ? JsonSerializer.Deserialize("{}", type)
                : await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return value ?? throw ApiError.Unprocessable([("missing", ["body"], "The body is null; an object is needed.")]);
        }
        catch (ConfigurationException e)
        {
            throw ApiError.Unprocessable([.. e.Problems.Select(problem =>
                ("value_error", (IReadOnlyList<string>)["body", "configuration", .. problem.Path.Split('.')], problem.ToString()))]);
        }
        catch (JsonException e)
        {
            string[] location = ["body", .. (e.Path ?? "$").Split('.').Skip(1)];
            throw ApiError.Unprocessable([("value_error", location, e.Message)]);
        }
    }

    public static Task WriteAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type) =>
        context.WriteAsync(json => JsonSerializer.Serialize(json, value, type));

    /// <summary>
    /// Writes a reply that is built on the buffer directly. It is not flushed here: the end of the request does that, and then head, body and
    /// the end of the body go out at once.
    /// </summary>
    public static async Task WriteAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        write(json);
    }

    /// <summary>dstack's reply of calls that return nothing.</summary>
    public static Task WriteNullAsync(this HttpContext context) => context.WriteAsync(json => json.WriteNullValue());
}
