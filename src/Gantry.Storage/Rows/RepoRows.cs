namespace Gantry.Storage.Rows;

/// <summary>A repo of a project.</summary>
public sealed class RepoRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Project.</summary>
    public required Guid ProjectId { get; set; }
    /// <summary>The id that its clients gave it; unique per project.</summary>
    public required string Name { get; set; }
    /// <summary>JSON of the RepoInfo.</summary>
    public required string Info { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Where a user's jobs clone a repo from, and as whom. Key: repo and user.</summary>
public sealed class RepoCredentialsRow
{
    /// <summary>Repo.</summary>
    public required Guid RepoId { get; set; }
    /// <summary>User.</summary>
    public required Guid UserId { get; set; }
    /// <summary>JSON of the RemoteRepoCreds, sealed.</summary>
    public required string Credentials { get; set; }
    /// <summary>When they were given.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>An upload of a repo: local changes, or a whole directory.</summary>
public sealed class RepoCodeRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Repo.</summary>
    public required Guid RepoId { get; set; }
    /// <summary>SHA-256 of its bytes, lower-case hex; unique per repo.</summary>
    public required string Hash { get; set; }
    /// <summary>Bytes.</summary>
    public required long Size { get; set; }
    /// <summary>When it was uploaded first.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When it was uploaded or named by a run last.</summary>
    public required DateTimeOffset UsedAt { get; set; }
}
