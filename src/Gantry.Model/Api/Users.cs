using System.Text.Json;

namespace Gantry.Model.Api;

/// <summary>A user.</summary>
public record User
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Name.</summary>
    public required string Username { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary><c>admin</c> or <c>user</c>.</summary>
    public required string GlobalRole { get; init; }
    /// <summary>E-mail.</summary>
    public string? Email { get; init; }
    /// <summary>Whether they may log in.</summary>
    public required bool Active { get; init; }
    /// <summary>What they may do.</summary>
    public required UserPermissions Permissions { get; init; }
    /// <summary>Public SSH key.</summary>
    public string? SshPublicKey { get; init; }
}

/// <summary>A user with their token: only ever given to themselves.</summary>
public sealed record UserWithCreds : User
{
    /// <summary>Token.</summary>
    public required UserTokenCreds Creds { get; init; }
    /// <summary>Private SSH key.</summary>
    public string? SshPrivateKey { get; init; }
}

/// <summary>What a user may do.</summary>
public sealed record UserPermissions(bool CanCreateProjects);

/// <summary>A bearer token.</summary>
public sealed record UserTokenCreds(string Token);

/// <summary>A project.</summary>
public sealed record Project
{
    /// <summary>Id.</summary>
    public required Guid ProjectId { get; init; }
    /// <summary>Name.</summary>
    public required string ProjectName { get; init; }
    /// <summary>Owner.</summary>
    public required User Owner { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>Cloud backends; empty.</summary>
    public IReadOnlyList<JsonElement> Backends { get; set; } = [];
    /// <summary>Members.</summary>
    public required IReadOnlyList<Member> Members { get; init; }
    /// <summary>Whether every user may read it.</summary>
    public bool IsPublic { get; init; }
    /// <summary>Templates.</summary>
    public string? TemplatesRepo { get; init; }
}

/// <summary>A member of a project.</summary>
/// <param name="User">Who.</param>
/// <param name="ProjectRole"><c>admin</c>, <c>manager</c> or <c>user</c>.</param>
/// <param name="Permissions">What they may do.</param>
public sealed record Member(User User, string ProjectRole, MemberPermissions Permissions);

/// <summary>What a member may do.</summary>
public sealed record MemberPermissions(bool CanManageSshFleets, bool CanManageSecrets);
