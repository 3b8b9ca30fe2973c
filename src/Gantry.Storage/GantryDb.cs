using Gantry.Storage.Mapping;
using Gantry.Storage.Rows;
using Gantry.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Storage;

/// <summary>The tables. Tracks changes when it comes from a write, does not when it comes from a read.</summary>
public sealed class GantryDb(DbContextOptions<GantryDb> options) : DbContext(options)
{
    private readonly List<EventRow> _recorded = [];

    /// <summary>Users.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();
    /// <summary>Projects.</summary>
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();
    /// <summary>Members.</summary>
    public DbSet<MemberRow> Members => Set<MemberRow>();
    /// <summary>Hosts.</summary>
    public DbSet<InstanceRow> Instances => Set<InstanceRow>();
    /// <summary>Fleets.</summary>
    public DbSet<FleetRow> Fleets => Set<FleetRow>();
    /// <summary>Runs. <see cref="RunRow.Version"/> grows by itself with each tracked change, unless the change sets it.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();
    /// <summary>Job submissions.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();
    /// <summary>Volumes.</summary>
    public DbSet<VolumeRow> Volumes => Set<VolumeRow>();
    /// <summary>The volumes that jobs were given.</summary>
    public DbSet<JobVolumeRow> JobVolumes => Set<JobVolumeRow>();
    /// <summary>Events.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();
    /// <summary>What events are about.</summary>
    public DbSet<EventTargetRow> EventTargets => Set<EventTargetRow>();
    /// <summary>Uploaded archives of files.</summary>
    public DbSet<FileArchiveRow> FileArchives => Set<FileArchiveRow>();
    /// <summary>Repos.</summary>
    public DbSet<RepoRow> Repos => Set<RepoRow>();
    /// <summary>Users' credentials of repos.</summary>
    public DbSet<RepoCredentialsRow> RepoCredentials => Set<RepoCredentialsRow>();
    /// <summary>Uploads of repos.</summary>
    public DbSet<RepoCodeRow> RepoCodes => Set<RepoCodeRow>();
    /// <summary>Settings.</summary>
    public DbSet<SettingRow> Settings => Set<SettingRow>();

    /// <summary>How rows are written; null in a context that only reads.</summary>
    internal RowStatements? Statements { get; init; }

    /// <summary>
    /// Adds an event, with its targets, to what is written next. It is not tracked: events are most of the rows that are written, and
    /// nothing ever changes them.
    /// </summary>
    public void Record(EventRow happened) => _recorded.Add(happened);

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        ChangeTracker.DetectChanges();
        CountVersions();
        return base.SaveChanges(acceptAllChangesOnSuccess) + WriteRecorded();
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        Task.FromResult(SaveChanges(acceptAllChangesOnSuccess));

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) => Tables.Map(modelBuilder);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<UuidText>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMicroseconds>();
    }

    private int WriteRecorded()
    {
        var written = _recorded.Count;
        foreach (var happened in _recorded)
            Statements!.Insert(happened);
        _recorded.Clear();
        return written;
    }

    private void CountVersions()
    {
        foreach (var entry in ChangeTracker.Entries<RunRow>())
            if (entry.State == EntityState.Modified && entry.Property(run => run.Version) is { IsModified: false } version)
                version.CurrentValue = version.OriginalValue + 1;
    }
}
