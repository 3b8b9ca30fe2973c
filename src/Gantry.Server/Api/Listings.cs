using Gantry.Server.Auth;
using Gantry.Storage;

namespace Gantry.Server.Api;

/// <summary>What listings over all projects share.</summary>
internal static class Listings
{
    /// <summary>The projects whose rows the caller may see, of those that were asked for; null for all.</summary>
    public static List<Guid>? Projects(GantryDb db, Caller caller, IReadOnlyList<string>? asked)
    {
        if (caller.IsGlobalAdmin && asked is null)
            return null;
        var projects = db.Projects.Where(project => project.DeletedAt == null);
        if (asked is not null)
            projects = projects.Where(project => asked.Contains(project.Name));
        if (!caller.IsGlobalAdmin)
            projects = projects.Where(project => db.Members.Any(member => member.ProjectId == project.Id && member.UserId == caller.User.Id));
        return [.. projects.Select(project => project.Id)];
    }

    /// <summary>Refuses a page that is too large.</summary>
    public static void CheckLimit(int limit, int most)
    {
        if (limit < 0 || limit > most)
            throw ApiError.Unprocessable([("value_error", ["body", "limit"], $"limit is {limit}; allowed is 0 to {most}.")]);
    }
}
