using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Hosting;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>server/get_info</c>, <c>users/get_my_user</c>, <c>projects/…</c>.</summary>
internal sealed class UserEndpoints(Ledger ledger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/server/get_info", context => context.WriteAsync(new ServerInfo(BuildInfo.ApiVersion), ApiJson.Default.ServerInfo)).Requires(Access.Anyone);
        routes.MapPost("/api/users/get_my_user", GetMyUserAsync).Requires(Access.User);
        routes.MapPost("/api/projects/list", ListProjectsAsync).Requires(Access.User);
        routes.MapPost("/api/projects/{project_name}/get", GetProjectAsync).Requires(Access.ProjectReader);
    }

    private static Task GetMyUserAsync(HttpContext context)
    {
        var (user, token) = context.Caller();
        return context.WriteAsync(
            new UserWithCreds
            {
                Id = user.Id,
                Username = user.Name,
                CreatedAt = user.CreatedAt,
                GlobalRole = user.GlobalRole,
                Email = user.Email,
                Active = user.Active,
                Permissions = new UserPermissions(CanCreateProjects: user.GlobalRole == "admin"),
                Creds = new UserTokenCreds(token),
            },
            ApiJson.Default.UserWithCreds);
    }

    private Task ListProjectsAsync(HttpContext context)
    {
        var caller = context.Caller();
        var projects = ledger.Read(db => db.Projects
            .Where(project => project.DeletedAt == null
                && (caller.IsGlobalAdmin || project.IsPublic || db.Members.Any(member => member.ProjectId == project.Id && member.UserId == caller.User.Id)))
            .OrderBy(project => project.CreatedAt).ThenBy(project => project.Name)
            .ToList()
            .Select(project => View(db, project)).ToList());
        return context.WriteAsync(projects, ApiJson.Default.IReadOnlyListProject);
    }

    private Task GetProjectAsync(HttpContext context) =>
        context.WriteAsync(ledger.Read(db => View(db, context.Project())), ApiJson.Default.Project);

    private static Project View(GantryDb db, ProjectRow project)
    {
        var members = db.Members.Where(member => member.ProjectId == project.Id)
            .Join(db.Users, member => member.UserId, user => user.Id, (member, user) => new { member.ProjectRole, user })
            .Where(pair => pair.user.DeletedAt == null)
            .OrderBy(pair => pair.user.CreatedAt)
            .ToList();
        return new Project
        {
            ProjectId = project.Id,
            ProjectName = project.Name,
            Owner = View(db.Users.Find(project.OwnerId)!),
            CreatedAt = project.CreatedAt,
            Members = [.. members.Select(pair => new Member(View(pair.user), pair.ProjectRole, Permissions(pair.ProjectRole, pair.user.GlobalRole)))],
            IsPublic = project.IsPublic,
        };
    }

    private static User View(UserRow user) => new()
    {
        Id = user.Id,
        Username = user.Name,
        CreatedAt = user.CreatedAt,
        GlobalRole = user.GlobalRole,
        Email = user.Email,
        Active = user.Active,
        Permissions = new UserPermissions(CanCreateProjects: user.GlobalRole == "admin"),
    };

    private static MemberPermissions Permissions(string projectRole, string globalRole)
    {
        var manages = globalRole == "admin" || projectRole is "admin" or "manager";
        return new MemberPermissions(CanManageSshFleets: manages, CanManageSecrets: manages);
    }
}
