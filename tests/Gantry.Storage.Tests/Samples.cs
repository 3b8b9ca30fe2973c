using Gantry.Storage.Rows;

namespace Gantry.Storage.Tests;

/// <summary>Rows that satisfy every constraint.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static UserRow User(string name = "admin") => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        TokenHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Guid.NewGuid().ToByteArray())),
        GlobalRole = "admin",
        Active = true,
        CreatedAt = Now,
    };

    public static ProjectRow Project(UserRow owner, string name = "main") => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        OwnerId = owner.Id,
        IsPublic = false,
        CreatedAt = Now,
    };

    public static InstanceRow Instance(string name = "host") => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Embedded = true,
        CreatedAt = Now,
    };

    public static RunRow Run(ProjectRow project, string name, DateTimeOffset? submittedAt = null) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = project.Id,
        UserId = project.OwnerId,
        Name = name,
        Status = "submitted",
        SubmittedAt = submittedAt ?? Now,
        LastProcessedAt = submittedAt ?? Now,
        Priority = 0,
        Spec = "{}",
    };

    public static JobRow Job(RunRow run, int node = 0, int submission = 0) => new()
    {
        Id = Guid.NewGuid(),
        RunId = run.Id,
        ReplicaNum = 0,
        JobNum = node,
        SubmissionNum = submission,
        Status = "submitted",
        SubmittedAt = run.SubmittedAt,
        LastProcessedAt = run.SubmittedAt,
        Spec = "{}",
    };

    public static EventRow Event(RunRow run, string message, DateTimeOffset at) => new()
    {
        Id = Guid.NewGuid(),
        Message = message,
        RecordedAt = at,
        Targets = [new EventTargetRow { TargetType = "run", TargetId = run.Id, TargetName = run.Name, ProjectId = run.ProjectId, RunId = run.Id }],
    };

    /// <summary>A store with a user and a project.</summary>
    public static Task<ProjectRow> AddProjectAsync(this GantryStore store) => store.WriteAsync(db =>
    {
        var user = User();
        var project = Project(user);
        db.AddRange(user, project);
        return project;
    });
}
