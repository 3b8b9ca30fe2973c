using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Gantry.Agent.Executors;
using Gantry.Agent.Link;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Content;

/// <summary>Fetches blobs from servers, each once however many jobs want it. While its server is away a fetch waits; then it goes on where it was.</summary>
internal sealed class BlobFetches(BlobCache cache, ServerLinks servers, TimeProvider time, AgentLog log)
{
    private const int PieceSize = 64 << 10;
    private const int MostDamaged = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new();

    /// <summary>Path of the whole blob.</summary>
    /// <exception cref="StartRefusedException">The server does not have it.</exception>
    /// <exception cref="IOException">No room.</exception>
    public async Task<string> GetAsync(Guid serverId, string hash, long size, CancellationToken cancellation)
    {
        var gate = _gates.GetOrAdd(hash, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellation);
        try
        {
            return cache.Find(hash) ?? await FetchAsync(serverId, hash, size, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<string> FetchAsync(Guid serverId, string hash, long size, CancellationToken cancellation)
    {
        // Before, not after: what comes now is needed now.
        cache.Trim(Math.Max(0, BlobCache.Capacity - size));
        for (var damaged = 0; ;)
        {
            try
            {
                await ReceiveAsync(serverId, hash, size, cancellation);
                return await cache.CompleteAsync(hash, cancellation);
            }
            catch (StreamBrokenException exception)
            {
                log.Info($"blob {hash} waits: {exception.Message}");
                await Task.Delay(Pause, time, cancellation);
            }
            catch (InvalidDataException exception)
            {
                log.Error(exception.Message);
                if (++damaged == MostDamaged)
                    throw new StartRefusedException($"Files of the job arrived damaged {MostDamaged} times: the job was not started. Apply it again.");
            }
        }
    }

    private async Task ReceiveAsync(Guid serverId, string hash, long size, CancellationToken cancellation)
    {
        await using var part = cache.OpenPart(hash);
        if (part.Length == size)
            return;
        if (part.Length > size)
        {
            cache.DropPart(hash);
            throw new InvalidDataException($"More is here of blob {hash} than its {size} bytes.");
        }
        var target = string.Create(CultureInfo.InvariantCulture, $"{hash}@{part.Length}");
        await using var stream = await servers.OpenAsync(serverId, new OpenStream { Kind = StreamKinds.Blob, Target = target }, cancellation);
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int length;
            while ((length = await stream.ReadAsync(piece.AsMemory(0, PieceSize), cancellation)) > 0)
                await part.WriteAsync(piece.AsMemory(0, length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        if (part.Length < size)
            throw new StartRefusedException("The server does not have the job's files any more: the job was not started. Apply it again, which uploads them anew.");
    }
}
