using System.Buffers;
using System.Text;
using System.Text.Json;
using Gantry.Model.Api;

namespace Gantry.Cli.Listing;

/// <summary>Offers as JSON.</summary>
internal static class OfferJson
{
    /// <summary>The offers for a job.</summary>
    public static string Of(RunPlan plan, JobPlan job) => Write(json =>
    {
        json.WriteString("project", plan.ProjectName);
        json.WriteString("user", plan.User);
        json.WritePropertyName("requirements");
        JsonSerializer.Serialize(json, job.JobSpec.Requirements, ApiJson.Default.Requirements);
        json.WriteStartArray("offers");
        foreach (var offer in job.Offers)
            JsonSerializer.Serialize(json, offer, ApiJson.Default.InstanceOffer);
        json.WriteEndArray();
        json.WriteNumber("total_offers", job.TotalOffers);
    });

    /// <summary>GPUs in groups.</summary>
    public static string Of(string project, ListGpusResponse reply) => Write(json =>
    {
        json.WriteString("project", project);
        json.WriteStartArray("gpus");
        foreach (var group in reply.Gpus)
            JsonSerializer.Serialize(json, group, ApiJson.Default.GpuGroup);
        json.WriteEndArray();
    });

    private static string Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
