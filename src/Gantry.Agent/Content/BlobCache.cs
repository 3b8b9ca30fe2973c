using System.Security.Cryptography;

namespace Gantry.Agent.Content;

/// <summary>
/// What servers sent by hash, kept in the spool so that the next job with the same files need not fetch them. Whole blobs have their hash for a name, the
/// others <c>HASH.part</c>: after a cut the fetch goes on where it was. Bounded; what was not used for longest goes first.
/// </summary>
internal sealed class BlobCache
{
    /// <summary>Bytes kept when no job needs them.</summary>
    public const long Capacity = 1L << 30;

    private const string PartSuffix = ".part";
    private readonly string _directory;
    private readonly TimeProvider _time;

    /// <summary>The cache in a spool.</summary>
    public BlobCache(string spool, TimeProvider time)
    {
        _directory = Path.Combine(spool, "blobs");
        _time = time;
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Path of a whole blob; null while it is not here.</summary>
    public string? Find(string hash)
    {
        var path = PathOf(hash);
        if (!File.Exists(path))
            return null;
        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
        return path;
    }

    /// <summary>What is here of a blob, to be written on at its end.</summary>
    /// <exception cref="IOException">No room.</exception>
    public FileStream OpenPart(string hash) => new(PathOf(hash) + PartSuffix, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Takes a part for whole.</summary>
    /// <exception cref="InvalidDataException">Its bytes are not those of the hash; it is gone, and has to be fetched anew.</exception>
    public async Task<string> CompleteAsync(string hash, CancellationToken cancellation)
    {
        var part = PathOf(hash) + PartSuffix;
        await using (var bytes = File.OpenRead(part))
        {
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellation)) == hash)
            {
                File.Move(part, PathOf(hash), overwrite: true);
                return PathOf(hash);
            }
        }
        File.Delete(part);
        throw new InvalidDataException($"The bytes that came are not those of {hash}.");
    }

    /// <summary>Drops a part, of which more is here than there is.</summary>
    public void DropPart(string hash) => File.Delete(PathOf(hash) + PartSuffix);

    /// <summary>Removes what was not used for longest, as far as there is more than the capacity. What a job reads now it goes on reading.</summary>
    public void Trim(long capacity = Capacity)
    {
        var kept = new DirectoryInfo(_directory).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc).ToList();
        var sum = 0L;
        foreach (var file in kept)
        {
            sum += file.Length;
            if (sum > capacity)
                file.Delete();
        }
    }

    // A hash comes from a server: it must not lead anywhere.
    private string PathOf(string hash) => hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(_directory, hash)
        : throw new InvalidDataException($"'{hash}' is no hash of a blob.");
}
