using System.Buffers;
using System.Buffers.Text;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>Sends a log as it grows, attempt after attempt.</summary>
internal sealed class LogFollower(ILogStore logs, EventStream stream, FollowQuery query)
{
    /// <summary>Bytes of log in one event: 64 KiB of base64.</summary>
    private const int PieceSize = 48 << 10;

    private Guid? current;
    private long offset;

    /// <summary>The attempt whose log wakes the follower.</summary>
    public Guid? Subscribed { get; set; }

    /// <summary>Sends all that is stored and was not sent. Returns the attempt that it is at.</summary>
    public async Task<Guid?> SendAsync(IReadOnlyList<JobRow> attempts)
    {
        if (!query.Logs || attempts.Count == 0)
            return null;
        var index = current is { } id ? IndexOf(attempts, id) : query.Submission is { } asked ? IndexOf(attempts, asked) : attempts.Count - 1;
        if (current is null)
            await BeginAsync(attempts[index], query.Submission is not null ? query.Offset : query.Since is { } since ? logs.OffsetAt(attempts[index].Id, since) : query.Offset);
        while (true)
        {
            await DrainAsync(attempts[index].Id);
            if (index == attempts.Count - 1)
                return current;
            index++;
            await BeginAsync(attempts[index], 0);
        }
    }

    private async Task BeginAsync(JobRow attempt, long from)
    {
        (current, offset) = (attempt.Id, from);
        await stream.SendAsync(
            "submission", System.Text.Encoding.ASCII.GetBytes($$"""{"job_submission_id":"{{attempt.Id}}","submission_num":{{attempt.SubmissionNum}}}"""));
    }

    private async Task DrainAsync(Guid jobId)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        var text = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(PieceSize));
        try
        {
            while (logs.Read(jobId, offset, piece.AsSpan(0, PieceSize)) is > 0 and var length)
            {
                Base64.EncodeToUtf8(piece.AsSpan(0, length), text, out _, out var written);
                offset += length;
                await stream.SendAsync("log", text.AsMemory(0, written), $"{jobId}:{offset}");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static int IndexOf(IReadOnlyList<JobRow> attempts, Guid id)
    {
        for (var i = 0; i < attempts.Count; i++)
        {
            if (attempts[i].Id == id)
                return i;
        }
        return attempts.Count - 1;
    }
}
