using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Gantry.Storage.Mapping;

/// <summary>
/// Which row lies in which table. The tables themselves (types, checks, indexes) are made by the SQL migrations; here is
/// only what queries need, and the foreign keys, which tell EF Core in which order to insert. A test compares both.
/// </summary>
internal static class Tables
{
    private static readonly ConcurrentDictionary<IEntityType, int> Ranks = new();

    public static void Map(ModelBuilder model)
    {
        model.Entity<SettingRow>().ToTable("settings").HasKey(setting => setting.Key);
        model.Entity<UserRow>().ToTable("users").HasKey(user => user.Id);
        MapProjects(model);
        MapFleets(model);
        MapRuns(model);
        MapEvents(model);
        var archive = model.Entity<FileArchiveRow>().ToTable("file_archives");
        archive.HasKey(row => row.Id);
        archive.HasOne<UserRow>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);
        MapRepos(model);
        MapVolumes(model);
        NameColumns(model);
    }

    /// <summary>The place of a table in the order in which rows can be added: after those that it refers to.</summary>
    public static int Rank(IEntityType type) => Ranks.GetOrAdd(
        type, static type => type.GetForeignKeys().Select(key => key.PrincipalEntityType).Where(other => other != type).Select(other => Rank(other) + 1).DefaultIfEmpty(0).Max());

    private static void MapProjects(ModelBuilder model)
    {
        var project = model.Entity<ProjectRow>().ToTable("projects");
        project.HasKey(row => row.Id);
        project.HasOne<UserRow>().WithMany().HasForeignKey(row => row.OwnerId).OnDelete(DeleteBehavior.Restrict);

        var member = model.Entity<MemberRow>().ToTable("members");
        member.HasKey(row => new { row.ProjectId, row.UserId });
        member.HasOne<ProjectRow>().WithMany().HasForeignKey(row => row.ProjectId).OnDelete(DeleteBehavior.Restrict);
        member.HasOne<UserRow>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void MapFleets(ModelBuilder model)
    {
        var fleet = model.Entity<FleetRow>().ToTable("fleets");
        fleet.HasKey(row => row.Id);
        fleet.HasOne<ProjectRow>().WithMany().HasForeignKey(row => row.ProjectId).OnDelete(DeleteBehavior.Restrict);

        model.Entity<InstanceRow>().ToTable("instances").HasKey(row => row.Id);
    }

    private static void MapRuns(ModelBuilder model)
    {
        var run = model.Entity<RunRow>().ToTable("runs");
        run.HasKey(row => row.Id);
        run.Property(row => row.Version).IsConcurrencyToken();
        run.HasOne<ProjectRow>().WithMany().HasForeignKey(row => row.ProjectId).OnDelete(DeleteBehavior.Restrict);
        run.HasOne<UserRow>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);

        var job = model.Entity<JobRow>().ToTable("jobs");
        job.HasKey(row => row.Id);
        job.HasOne<RunRow>().WithMany().HasForeignKey(row => row.RunId).OnDelete(DeleteBehavior.Restrict);
        job.HasOne<InstanceRow>().WithMany().HasForeignKey(row => row.InstanceId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void MapRepos(ModelBuilder model)
    {
        var repo = model.Entity<RepoRow>().ToTable("repos");
        repo.HasKey(row => row.Id);
        repo.HasOne<ProjectRow>().WithMany().HasForeignKey(row => row.ProjectId).OnDelete(DeleteBehavior.Restrict);

        var credentials = model.Entity<RepoCredentialsRow>().ToTable("repo_credentials");
        credentials.HasKey(row => new { row.RepoId, row.UserId });
        credentials.HasOne<RepoRow>().WithMany().HasForeignKey(row => row.RepoId).OnDelete(DeleteBehavior.Restrict);
        credentials.HasOne<UserRow>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);

        var code = model.Entity<RepoCodeRow>().ToTable("repo_codes");
        code.HasKey(row => row.Id);
        code.HasOne<RepoRow>().WithMany().HasForeignKey(row => row.RepoId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void MapVolumes(ModelBuilder model)
    {
        var volume = model.Entity<VolumeRow>().ToTable("volumes");
        volume.HasKey(row => row.Id);
        volume.HasOne<ProjectRow>().WithMany().HasForeignKey(row => row.ProjectId).OnDelete(DeleteBehavior.Restrict);
        volume.HasOne<UserRow>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Restrict);
        volume.HasOne<FleetRow>().WithMany().HasForeignKey(row => row.FleetId).OnDelete(DeleteBehavior.Restrict);
        volume.HasOne<InstanceRow>().WithMany().HasForeignKey(row => row.InstanceId).OnDelete(DeleteBehavior.Restrict);

        var given = model.Entity<JobVolumeRow>().ToTable("job_volumes");
        given.HasKey(row => new { row.JobId, row.MountNum });
        given.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        given.HasOne<VolumeRow>().WithMany().HasForeignKey(row => row.VolumeId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void MapEvents(ModelBuilder model)
    {
        var happened = model.Entity<EventRow>().ToTable("events");
        happened.HasKey(row => row.Id);
        happened.HasMany(row => row.Targets).WithOne().HasForeignKey(target => target.EventId).OnDelete(DeleteBehavior.Cascade);

        model.Entity<EventTargetRow>().ToTable("event_targets").HasKey(target => new { target.EventId, target.TargetId });
    }

    // Keys come from the program: with generated keys EF Core takes a row whose key is set for one that exists.
    private static void NameColumns(ModelBuilder model)
    {
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            property.ValueGenerated = ValueGenerated.Never;
        }
    }
}
