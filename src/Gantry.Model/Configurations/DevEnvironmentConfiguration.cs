namespace Gantry.Model.Configurations;

/// <summary>A <c>type: dev-environment</c>: a job that stays up for an editor or a shell. Property for property dstack's; a null means "not given".</summary>
public sealed record DevEnvironmentConfiguration : RunConfiguration
{
    /// <inheritdoc/>
    public override string Type => "dev-environment";
    /// <summary>The editor that it is opened with; null for SSH only.</summary>
    public Ide? Ide { get; init; }
    /// <summary>The editor's version.</summary>
    public string? Version { get; init; }
    /// <summary>Shell commands at its start, run in order by one shell; the first that fails ends the job.</summary>
    public IReadOnlyList<string> Init { get; init; } = [];
    /// <summary>How long it stays up while nobody is attached; null (also written <c>off</c>) is for ever.</summary>
    public TimeSpan? InactivityDuration { get; init; }
}

/// <summary>An editor of the desktop that works over SSH.</summary>
public enum Ide
{
    /// <summary><c>vscode</c>: VS Code.</summary>
    Vscode,
    /// <summary><c>cursor</c>: Cursor.</summary>
    Cursor,
    /// <summary><c>windsurf</c>: Windsurf.</summary>
    Windsurf,
    /// <summary><c>zed</c>: Zed.</summary>
    Zed,
}
