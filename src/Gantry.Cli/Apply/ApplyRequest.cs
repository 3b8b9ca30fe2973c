namespace Gantry.Cli.Apply;

/// <summary>What the command line of <c>apply</c> says, beside <see cref="Overrides"/>.</summary>
internal sealed record ApplyRequest
{
    public string? Project { get; init; }
    public required string File { get; init; }
    public bool Yes { get; init; }
    public bool Force { get; init; }
    public bool Detach { get; init; }
    public bool Verbose { get; init; }
    public string? Profile { get; init; }
    public bool NoProfile { get; init; }
    public int? MaxOffers { get; init; }
    public string? RepoToken { get; init; }
    public string? RepoKey { get; init; }
    public required Overrides Overrides { get; init; }
}
