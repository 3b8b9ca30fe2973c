using System.Collections.Concurrent;
using Gantry.Storage;

namespace Gantry.Server.Api;

/// <summary>Names of projects and users by id. They never change once given, so that each is read once.</summary>
internal sealed class Names
{
    private readonly ConcurrentDictionary<Guid, string> projects = new();
    private readonly ConcurrentDictionary<Guid, string> users = new();

    public string Project(GantryDb db, Guid id) => projects.TryGetValue(id, out var name) ? name : projects[id] = db.Projects.Find(id)!.Name;

    public string User(GantryDb db, Guid id) => users.TryGetValue(id, out var name) ? name : users[id] = db.Users.Find(id)!.Name;
}
