using Gantry.Server.Changes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Reconcilers;

/// <summary>Records what happened, in the transaction in which it happens.</summary>
internal static class EventLog
{
    public static void Run(GantryDb db, ChangeSet changes, RunRow run, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow
        {
            TargetType = "run",
            TargetId = run.Id,
            TargetName = run.Name,
            ProjectId = run.ProjectId,
            RunId = run.Id,
        });

    public static void Job(GantryDb db, ChangeSet changes, RunRow run, JobRow job, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow
        {
            TargetType = "job",
            TargetId = job.Id,
            TargetName = $"{run.Name}-{job.JobNum}-{job.ReplicaNum}",
            ProjectId = run.ProjectId,
            RunId = run.Id,
        });

    public static void Project(GantryDb db, ChangeSet changes, ProjectRow project, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow { TargetType = "project", TargetId = project.Id, TargetName = project.Name, ProjectId = project.Id });

    public static void User(GantryDb db, ChangeSet changes, UserRow user, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow { TargetType = "user", TargetId = user.Id, TargetName = user.Name });

    public static void Instance(GantryDb db, ChangeSet changes, InstanceRow instance, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow { TargetType = "instance", TargetId = instance.Id, TargetName = instance.Name, ProjectId = instance.ProjectId });

    public static void Fleet(GantryDb db, ChangeSet changes, FleetRow fleet, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow { TargetType = "fleet", TargetId = fleet.Id, TargetName = fleet.Name, ProjectId = fleet.ProjectId });

    public static void Volume(GantryDb db, ChangeSet changes, VolumeRow volume, string message, DateTimeOffset now, Guid? actor) =>
        Record(db, changes, message, now, actor, new EventTargetRow { TargetType = "volume", TargetId = volume.Id, TargetName = volume.Name, ProjectId = volume.ProjectId });

    private static void Record(GantryDb db, ChangeSet changes, string message, DateTimeOffset now, Guid? actor, EventTargetRow target)
    {
        // Events of one transaction keep their order in a listing that is sorted by time.
        var at = now.AddMicroseconds(changes.Events++);
        var row = new EventRow { Id = EventIds.At(at), Message = message, RecordedAt = at, ActorUserId = actor };
        target.EventId = row.Id;
        row.Targets.Add(target);
        db.Record(row);
    }
}
