namespace Gantry.Storage.Rows;

/// <summary>An uploaded archive of files. Unique per user and hash.</summary>
public sealed class FileArchiveRow
{
    /// <summary>Id: what run specs name.</summary>
    public required Guid Id { get; set; }
    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; set; }
    /// <summary>SHA-256 of its bytes, lower-case hex: its name in the blob store.</summary>
    public required string Hash { get; set; }
    /// <summary>Bytes.</summary>
    public required long Size { get; set; }
    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When it was last asked for.</summary>
    public required DateTimeOffset UsedAt { get; set; }
}
