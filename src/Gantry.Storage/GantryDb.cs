using Gantry.Storage.Mapping;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Storage;

/// <summary>The tables. Tracks changes when it comes from a write, does not when it comes from a read.</summary>
public sealed class GantryDb(DbContextOptions<GantryDb> options) : DbContext(options)
{
    /// <summary>Users.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();
    /// <summary>Projects.</summary>
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();
    /// <summary>Members.</summary>
    public DbSet<MemberRow> Members => Set<MemberRow>();
    /// <summary>Hosts.</summary>
    public DbSet<InstanceRow> Instances => Set<InstanceRow>();
    /// <summary>Runs. <see cref="RunRow.Version"/> grows by itself with each tracked change, unless the change sets it.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();
    /// <summary>Job submissions.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();
    /// <summary>Events.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();
    /// <summary>What events are about.</summary>
    public DbSet<EventTargetRow> EventTargets => Set<EventTargetRow>();
    /// <summary>Settings.</summary>
    public DbSet<SettingRow> Settings => Set<SettingRow>();

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        CountVersions();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        CountVersions();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) => Tables.Map(modelBuilder);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<UuidText>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMicroseconds>();
    }

    private void CountVersions()
    {
        foreach (var entry in ChangeTracker.Entries<RunRow>())
            if (entry.State == EntityState.Modified && entry.Property(run => run.Version) is { IsModified: false } version)
                version.CurrentValue = version.OriginalValue + 1;
    }
}
