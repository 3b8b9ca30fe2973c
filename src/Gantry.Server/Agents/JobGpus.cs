using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>The devices of a job, as its row keeps them: with them, what it was given stays true when its host's tools say something else.</summary>
internal static class JobGpus
{
    /// <summary>For the row; null for none.</summary>
    public static string? Write(IReadOnlyList<GpuDevice> gpus) => gpus.Count == 0 ? null : JsonSerializer.Serialize(gpus, LinkJson.Default.IReadOnlyListGpuDevice);

    /// <summary>From the row.</summary>
    public static IReadOnlyList<GpuDevice> Of(JobRow job) => Read(job.Gpus);

    /// <summary>From the row's text.</summary>
    public static IReadOnlyList<GpuDevice> Read(string? text) => text is null ? [] : JsonSerializer.Deserialize(text, LinkJson.Default.IReadOnlyListGpuDevice)!;
}
