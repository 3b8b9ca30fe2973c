namespace Gantry.Server.Auth;

/// <summary>Who may call an endpoint. One without this mark is refused to everybody: forgetting it cannot open anything.</summary>
internal enum Access
{
    /// <summary>No token needed.</summary>
    Anyone,
    /// <summary>Any active user.</summary>
    User,
    /// <summary>Members of the project in the path, and global administrators.</summary>
    ProjectMember,
    /// <summary>As <see cref="ProjectMember"/>, and every user when the project is public.</summary>
    ProjectReader,
    /// <summary>Global administrators.</summary>
    GlobalAdmin,
}

internal sealed record AccessMark(Access Access);

internal static class AccessMarks
{
    public static TBuilder Requires<TBuilder>(this TBuilder builder, Access access) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessMark(access));
}
