using System.Data.Common;
using Gantry.Storage.Mapping;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace Gantry.Storage.Writing;

/// <summary>
/// Writes what a context tracked, one prepared statement a row. EF Core's own way composes the text of each batch anew and
/// has it parsed again, which took three quarters of the writer's time; tracking, and accepting what was written, stay its.
/// </summary>
internal sealed class RowDatabase(DatabaseDependencies dependencies, RelationalDatabaseDependencies relational, ICurrentDbContext current)
    : RelationalDatabase(dependencies, relational)
{
    /// <inheritdoc/>
    public override int SaveChanges(IList<IUpdateEntry> entries)
    {
        var db = (GantryDb)current.Context;
        var statements = db.Statements ?? throw new InvalidOperationException("A context that reads cannot write.");
        try
        {
            // A row comes after those it refers to, and goes before them.
            foreach (var entry in entries.Where(entry => entry.EntityState == EntityState.Added).OrderBy(entry => Tables.Rank(entry.EntityType)))
                statements.Insert(entry);
            foreach (var entry in entries.Where(entry => entry.EntityState == EntityState.Modified))
                Expect(statements.Update(entry), entry);
            foreach (var entry in entries.Where(entry => entry.EntityState == EntityState.Deleted).OrderByDescending(entry => Tables.Rank(entry.EntityType)))
                Expect(statements.Delete(entry), entry);
        }
        catch (DbException error)
        {
            throw new DbUpdateException($"A row could not be written: {error.Message}", error);
        }
        return entries.Count;
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(IList<IUpdateEntry> entries, CancellationToken cancellationToken = default) =>
        Task.FromResult(SaveChanges(entries));

    private static void Expect(int rows, IUpdateEntry entry)
    {
        if (rows != 1)
            throw new DbUpdateConcurrencyException($"A row of {entry.EntityType.GetTableName()} was changed or removed since it was read.");
    }
}
