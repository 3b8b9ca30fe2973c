using System.Buffers;
using System.Security.Cryptography;
using Gantry.Storage.Logs;

namespace Gantry.Storage.Blobs;

/// <summary>Blobs as files: <c>DIRECTORY/ab/abcdef…</c>. What arrives is written aside and gets its name when it is whole and on the disk.</summary>
public sealed class FileBlobStore : IBlobStore
{
    private const int PieceSize = 128 << 10;
    private const int HashLength = 64;
    private readonly string _directory;
    private readonly string _incoming;
    private readonly Lock _naming = new();

    /// <summary>Opens the store; what an interrupted server left half written is removed.</summary>
    /// <param name="directory">Its directory; made if it is missing.</param>
    public FileBlobStore(string directory)
    {
        _directory = directory;
        _incoming = Path.Combine(directory, "incoming");
        if (Directory.Exists(_incoming))
            Directory.Delete(_incoming, recursive: true);
        Directory.CreateDirectory(_incoming);
    }

    /// <inheritdoc/>
    public async Task<Blob> PutAsync(Stream content, long? limit, CancellationToken cancellationToken)
    {
        var aside = Path.Combine(_incoming, Guid.NewGuid().ToString());
        try
        {
            var blob = await WriteAsync(aside, content, limit, cancellationToken);
            lock (_naming)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(PathOf(blob.Hash))!);
                // Also over the same bytes: the new time of the file is what keeps it from being removed just now.
                File.Move(aside, PathOf(blob.Hash), overwrite: true);
            }
            return blob;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            throw new BlobStoreFullException("The disk that holds the server's uploads is full.", error);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <inheritdoc/>
    public Stream? Open(string hash)
    {
        try
        {
            return IsHash(hash) ? new FileStream(PathOf(hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete) : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> All() =>
        [.. Directory.EnumerateDirectories(_directory).Where(folder => folder != _incoming).SelectMany(Directory.EnumerateFiles).Select(path => Path.GetFileName(path)).Where(IsHash)];

    /// <inheritdoc/>
    public bool DeleteIfOlder(string hash, DateTimeOffset time)
    {
        lock (_naming)
        {
            if (!IsHash(hash) || File.GetLastWriteTimeUtc(PathOf(hash)) >= time.UtcDateTime)
                return false;
            File.Delete(PathOf(hash));
            return true;
        }
    }

    private static async Task<Blob> WriteAsync(string path, Stream content, long? limit, CancellationToken cancellationToken)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int length;
            while ((length = await content.ReadAsync(piece.AsMemory(0, PieceSize), cancellationToken)) > 0)
            {
                if (file.Position + length > limit)
                    throw new BlobTooLargeException(limit.Value);
                sum.AppendData(piece, 0, length);
                await file.WriteAsync(piece.AsMemory(0, length), cancellationToken);
            }
            // Who uploads is told that it is here: it must still be after a loss of power.
            file.Flush(flushToDisk: true);
            return new Blob(Convert.ToHexStringLower(sum.GetHashAndReset()), file.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private string PathOf(string hash) => Path.Combine(_directory, hash[..2], hash);

    private static bool IsHash(string? text) => text is { Length: HashLength } && text.All(char.IsAsciiHexDigitLower);
}
