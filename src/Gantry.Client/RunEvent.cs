using System.Buffers.Text;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Gantry.Model.Api;

namespace Gantry.Client;

/// <summary>Something that happened to a run that is followed.</summary>
public abstract record RunEvent
{
    /// <summary>The status changed. The first one comes at once.</summary>
    public sealed record StatusChanged(RunProgress Progress) : RunEvent;

    /// <summary>From here on, the output is of this attempt.</summary>
    /// <param name="Submission">The attempt's id.</param>
    /// <param name="Number">Its number, from 0.</param>
    public sealed record SubmissionStarted(Guid Submission, int Number) : RunEvent;

    /// <summary>Bytes that the job wrote, in order and without gaps.</summary>
    /// <param name="Submission">The attempt that wrote them.</param>
    /// <param name="NextOffset">Where the next bytes begin.</param>
    /// <param name="Bytes">The bytes.</param>
    public sealed record Output(Guid Submission, long NextOffset, ReadOnlyMemory<byte> Bytes) : RunEvent;

    /// <summary>The run has ended and its output is complete, or everything that was asked for has been sent.</summary>
    public sealed record Ended(RunProgress Progress) : RunEvent;

    internal static async IAsyncEnumerable<RunEvent> ReadAsync(IAsyncEnumerable<SseItem<byte[]>> items)
    {
        await foreach (var item in items)
        {
            switch (item.EventType)
            {
                case "status":
                    yield return new StatusChanged(ReadProgress(item.Data));
                    break;
                case "submission" when JsonSerializer.Deserialize(item.Data, ClientJson.Default.SubmissionStart) is { } start:
                    yield return new SubmissionStarted(start.JobSubmissionId, start.SubmissionNum);
                    break;
                case "log":
                    yield return ReadOutput(item);
                    break;
                case "end":
                    yield return new Ended(ReadProgress(item.Data));
                    yield break;
            }
        }
        throw new ServerUnreachableException("The server closed the stream before the end of the run.");
    }

    private static RunProgress ReadProgress(byte[] data) =>
        JsonSerializer.Deserialize(data, ApiJson.Default.RunProgress) ?? throw new JsonException("An event without data.");

    // The id is "SUBMISSION:OFFSET", the place to go on from.
    private static Output ReadOutput(SseItem<byte[]> item)
    {
        var id = item.EventId.AsSpan();
        var colon = id.LastIndexOf(':');
        if (colon < 0 || !Guid.TryParse(id[..colon], out var submission) || !long.TryParse(id[(colon + 1)..], out var next))
            throw new JsonException($"A log event with the id '{item.EventId}'.");
        var bytes = item.Data;
        if (Base64.DecodeFromUtf8InPlace(bytes, out var length) != System.Buffers.OperationStatus.Done)
            throw new JsonException("A log event whose data is not base64.");
        return new Output(submission, next, bytes.AsMemory(0, length));
    }
}
