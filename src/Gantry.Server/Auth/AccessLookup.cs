using System.Collections.Concurrent;
using Gantry.Server.Changes;
using Gantry.Storage.Rows;

namespace Gantry.Server.Auth;

/// <summary>
/// Whose a token is, and who may do what in a project: asked by each request, changed hardly ever. What was read is kept until any user,
/// project or member is written; an answer is never older than the last commit that was reported to anybody.
/// </summary>
internal sealed class AccessLookup(Ledger ledger)
{
    private Kept kept = new(-1);

    // Only what exists is kept: of tokens and names that don't, anyone can make up any number.
    private sealed record Kept(long Version)
    {
        public ConcurrentDictionary<string, UserRow> Users { get; } = new();
        public ConcurrentDictionary<(string Project, Guid User), (ProjectRow Project, bool IsMember)> Projects { get; } = new();
    }

    /// <summary>The user whose token has this hash, active or not; null when there is none.</summary>
    public UserRow? User(string tokenHash)
    {
        var current = Current();
        if (current.Users.TryGetValue(tokenHash, out var known))
            return known;
        var user = ledger.Read(db => db.Users.SingleOrDefault(user => user.TokenHash == tokenHash && user.DeletedAt == null));
        if (user is not null)
            current.Users[tokenHash] = user;
        return user;
    }

    /// <summary>The project of this name, and whether the user is a member of it; null when there is none.</summary>
    public (ProjectRow Project, bool IsMember)? Project(string name, Guid userId)
    {
        var current = Current();
        if (current.Projects.TryGetValue((name, userId), out var known))
            return known;
        var found = ledger.Read(db => db.Projects.SingleOrDefault(project => project.Name == name && project.DeletedAt == null) is { } project
            ? (project, db.Members.Any(member => member.ProjectId == project.Id && member.UserId == userId))
            : ((ProjectRow, bool)?)null);
        if (found is { } answer)
            current.Projects[(name, userId)] = answer;
        return found;
    }

    // The version is taken before the rows are read: what a commit in between makes old is kept under a version that nobody asks for again.
    private Kept Current()
    {
        var version = ledger.AccessVersion;
        var current = Volatile.Read(ref kept);
        if (current.Version == version)
            return current;
        var empty = new Kept(version);
        Volatile.Write(ref kept, empty);
        return empty;
    }
}
