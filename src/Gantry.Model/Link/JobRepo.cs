namespace Gantry.Model.Link;

/// <summary>
/// A repo that is put into a job before it starts: a Git repo that the agent clones, with the user's local changes on top, or a directory
/// that was uploaded whole.
/// </summary>
public sealed record JobRepo
{
    /// <summary>Where it goes: absolute, beginning with <c>~</c>, or relative to the working directory.</summary>
    public required string Path { get; init; }
    /// <summary>Whether a directory that is there already and not empty is left as it is; otherwise the job does not start.</summary>
    public bool SkipIfExists { get; init; }
    /// <summary>What to clone; null for an uploaded directory. Without anything secret.</summary>
    public string? CloneUrl { get; init; }
    /// <summary>The branch; null for the remote's own.</summary>
    public string? Branch { get; init; }
    /// <summary>The commit; null for the branch's last.</summary>
    public string? Hash { get; init; }
    /// <summary>Whether only that branch is fetched.</summary>
    public bool SingleBranch { get; init; }
    /// <summary><c>user.name</c> of the clone.</summary>
    public string? UserName { get; init; }
    /// <summary><c>user.email</c> of the clone.</summary>
    public string? UserEmail { get; init; }
    /// <summary>What was uploaded: of a Git repo the local changes as a patch, else the directory as a tar. Null for no changes. Its path is of no meaning.</summary>
    public JobFile? Upload { get; init; }
    /// <summary>Who clones it; null for everybody. An agent keeps it in memory only, so a server sends it until the job has begun.</summary>
    public RepoCredentials? Credentials { get; init; }
}

/// <summary>Who clones a repo.</summary>
/// <param name="Username">User of a token; null for any.</param>
/// <param name="Token">Password or token, for http.</param>
/// <param name="PrivateKey">A private key as OpenSSH writes it, for ssh.</param>
public sealed record RepoCredentials(string? Username = null, string? Token = null, string? PrivateKey = null)
{
    /// <summary>Nothing of it: a record prints all that it holds.</summary>
    public override string ToString() => nameof(RepoCredentials);
}
