namespace Gantry.Storage.Blobs;

/// <summary>
/// Where uploads are kept: bytes by their SHA-256, once however often they come. A seam: files here, an object store for several replicas later.
/// Thread-safe. Whether somebody needs a blob is not known here.
/// </summary>
public interface IBlobStore
{
    /// <summary>Stores what a stream gives, whole or not at all.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="limit">Most bytes to take; null for any number.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BlobTooLargeException">There are more bytes than the limit.</exception>
    /// <exception cref="BlobStoreFullException">There is no room.</exception>
    Task<Blob> PutAsync(Stream content, long? limit, CancellationToken cancellationToken);

    /// <summary>The bytes of a blob, seekable; null when it is not here.</summary>
    /// <param name="hash">64 lower-case hex digits; anything else is not here.</param>
    Stream? Open(string hash);

    /// <summary>Every blob's hash.</summary>
    IReadOnlyList<string> All();

    /// <summary>Removes a blob unless it was stored, or stored again, since that time. False when it stays.</summary>
    bool DeleteIfOlder(string hash, DateTimeOffset time);
}

/// <summary>A stored blob.</summary>
/// <param name="Hash">SHA-256, lower-case hex.</param>
/// <param name="Size">Bytes.</param>
public sealed record Blob(string Hash, long Size);

/// <summary>More bytes came than may.</summary>
public sealed class BlobTooLargeException(long limit) : Exception($"There are more than {limit} bytes.");

/// <summary>The disk that holds the blobs is full.</summary>
public sealed class BlobStoreFullException(string message, Exception? inner = null) : Exception(message, inner);
