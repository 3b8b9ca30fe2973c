using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Storage;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Api;

/// <summary>Reads events.</summary>
internal static class EventQueries
{
    /// <summary>The events that the request asks for and the caller may see: of their projects and of themselves.</summary>
    public static IReadOnlyList<Event> List(GantryDb db, ListEventsRequest request, Caller caller)
    {
        var query = db.Events.AsQueryable();
        if (!caller.IsGlobalAdmin)
        {
            var own = db.Members.Where(member => member.UserId == caller.User.Id).Select(member => member.ProjectId);
            query = query.Where(item => item.Targets.Any(target =>
                (target.ProjectId != null && own.Contains(target.ProjectId.Value)) || (target.TargetType == "user" && target.TargetId == caller.User.Id)));
        }
        query = About(query, "project", request.TargetProjects);
        query = About(query, "user", request.TargetUsers);
        query = About(query, "fleet", request.TargetFleets);
        query = About(query, "instance", request.TargetInstances);
        query = About(query, "run", request.TargetRuns);
        query = About(query, "job", request.TargetJobs);
        query = About(query, "volume", request.TargetVolumes);
        query = About(query, "gateway", request.TargetGateways);
        query = About(query, "secret", request.TargetSecrets);
        if (request.WithinFleets is { } fleets)
        {
            query = query.Where(item => item.Targets.Any(target => (target.TargetType == "fleet" && fleets.Contains(target.TargetId))
                || (target.TargetType == "instance" && db.Instances.Any(row => row.Id == target.TargetId && row.FleetId != null && fleets.Contains(row.FleetId.Value)))));
        }
        if (request.WithinProjects is { } projects)
            query = query.Where(item => item.Targets.Any(target => target.ProjectId != null && projects.Contains(target.ProjectId.Value)));
        if (request.WithinRuns is { } runs)
            query = query.Where(item => item.Targets.Any(target => target.RunId != null && runs.Contains(target.RunId.Value)));
        if (request.IncludeTargetTypes is { } types)
            query = query.Where(item => item.Targets.Any(target => types.Contains(target.TargetType)));
        if (request.Actors is { } actors)
            query = query.Where(item => actors.Contains(item.ActorUserId));
        return [.. Views(db, Page(query, request).Include(item => item.Targets))];
    }

    private static IQueryable<EventRow> About(IQueryable<EventRow> query, string type, IReadOnlyList<Guid>? ids) =>
        ids is null ? query : query.Where(item => item.Targets.Any(target => target.TargetType == type && ids.Contains(target.TargetId)));

    private static IQueryable<EventRow> Page(IQueryable<EventRow> query, ListEventsRequest request)
    {
        if (request.PrevRecordedAt is { } time)
        {
            var id = request.PrevId ?? (request.Ascending ? Guid.AllBitsSet : Guid.Empty);
            query = request.Ascending
                ? query.Where(item => item.RecordedAt > time || (item.RecordedAt == time && item.Id.CompareTo(id) > 0))
                : query.Where(item => item.RecordedAt < time || (item.RecordedAt == time && item.Id.CompareTo(id) < 0));
        }
        return (request.Ascending
            ? query.OrderBy(item => item.RecordedAt).ThenBy(item => item.Id)
            : query.OrderByDescending(item => item.RecordedAt).ThenByDescending(item => item.Id)).Take(request.Limit);
    }

    private static IEnumerable<Event> Views(GantryDb db, IQueryable<EventRow> rows)
    {
        var users = db.Users.Select(user => new { user.Id, user.Name, user.DeletedAt }).ToDictionary(user => user.Id);
        var projects = db.Projects.Select(project => new { project.Id, project.Name, project.DeletedAt }).ToDictionary(project => project.Id);
        foreach (var row in rows.ToList())
        {
            var actor = row.ActorUserId is { } id ? users.GetValueOrDefault(id) : null;
            yield return new Event
            {
                Id = row.Id,
                Message = row.Message,
                RecordedAt = row.RecordedAt,
                ActorUserId = row.ActorUserId,
                ActorUser = actor?.Name,
                IsActorUserDeleted = actor is null ? null : actor.DeletedAt is not null,
                Targets = [.. row.Targets.Select(target =>
                {
                    var project = target.ProjectId is { } projectId ? projects.GetValueOrDefault(projectId) : null;
                    return new EventTarget
                    {
                        Type = target.TargetType,
                        ProjectId = target.ProjectId,
                        ProjectName = project?.Name,
                        IsProjectDeleted = project is null ? null : project.DeletedAt is not null,
                        Id = target.TargetId,
                        Name = target.TargetName,
                    };
                })],
            };
        }
    }
}
