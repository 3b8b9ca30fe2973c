using System.Globalization;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;
using Gantry.Storage.Blobs;

namespace Gantry.Server.Content;

/// <summary>
/// Gives agents the blobs that they ask for, <c>HASH@OFFSET</c>, from there to the end. Of one that is not here it gives nothing: the agent knows how
/// many bytes there should be.
/// </summary>
internal sealed class BlobStreams(IBlobStore blobs) : IStreamHandler
{
    private const int PieceSize = 64 << 10;

    /// <inheritdoc/>
    public string Kind => StreamKinds.Blob;

    /// <inheritdoc/>
    public async Task ServeAsync(OpenStream order, LinkStream stream, CancellationToken ended)
    {
        var (hash, offset) = Read(order.Target);
        await using var blob = blobs.Open(hash);
        stream.Accept();
        if (blob is null || offset > blob.Length)
            return;
        blob.Position = offset;
        await blob.CopyToAsync(stream, PieceSize, ended);
    }

    private static (string Hash, long Offset) Read(string? target) =>
        target?.Split('@') is [var hash, var offset] && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            ? (hash, from)
            : throw new StreamBrokenException("A blob is asked for as HASH@OFFSET.");
}
