using System.Globalization;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Rows;

namespace Gantry.Server.Hosting;

/// <summary>What every database holds: this server's identity, the administrator, the project <c>main</c>.</summary>
internal sealed class FirstStart(Ledger ledger, ServerIdentity identity, AdminToken adminToken)
{
    public async Task PrepareAsync(CancellationToken cancellationToken) => identity.ServerId = await ledger.CommitAsync(
        (db, changes) =>
        {
            var now = ledger.Now;
            if (db.Settings.Find("server_id") is not { } setting)
                db.Settings.Add(setting = new SettingRow { Key = "server_id", Value = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture) });
            var hash = Caller.Hash(adminToken.Value);
            var admin = db.Users.SingleOrDefault(user => user.Name == "admin" && user.DeletedAt == null);
            if (admin is null)
            {
                admin = new UserRow { Id = Guid.NewGuid(), Name = "admin", TokenHash = hash, GlobalRole = "admin", Active = true, CreatedAt = now };
                db.Users.Add(admin);
                EventLog.User(db, changes, admin, "User created", now, actor: null);
            }
            else if (admin.TokenHash != hash)
            {
                admin.TokenHash = hash;
                EventLog.User(db, changes, admin, "User token refreshed", now, actor: null);
            }
            if (!db.Projects.Any(project => project.Name == "main" && project.DeletedAt == null))
            {
                var project = new ProjectRow { Id = Guid.NewGuid(), Name = "main", OwnerId = admin.Id, IsPublic = false, CreatedAt = now };
                db.Projects.Add(project);
                db.Members.Add(new MemberRow { ProjectId = project.Id, UserId = admin.Id, ProjectRole = "admin" });
                EventLog.Project(db, changes, project, "Project created", now, admin.Id);
            }
            return Guid.Parse(setting.Value);
        },
        cancellationToken);
}

/// <summary>The administrator's token, as this start has it.</summary>
internal sealed record AdminToken(string Value, bool IsNew);
