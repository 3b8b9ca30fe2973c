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
    /// <summary>Runs.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();
    /// <summary>Job submissions.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();
    /// <summary>Events.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();
    /// <summary>What events are about.</summary>
    public DbSet<EventTargetRow> EventTargets => Set<EventTargetRow>();
    /// <summary>Settings.</summary>
    public DbSet<SettingRow> Settings => Set<SettingRow>();
}
