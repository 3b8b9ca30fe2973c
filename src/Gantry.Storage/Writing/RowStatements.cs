using System.Data.Common;
using System.Globalization;
using Gantry.Storage.Mapping;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Update;

namespace Gantry.Storage.Writing;

/// <summary>
/// The statements that write rows, each prepared once for the life of a connection. Their text follows from the mapping and is
/// plain SQL. Used by one thread at a time.
/// </summary>
internal sealed class RowStatements(DbConnection connection) : IDisposable
{
    private readonly Dictionary<(IEntityType, EntityState, Columns), Statement> _statements = [];
    private bool _isAccessWritten;
    private readonly Statement _event = new(connection, "INSERT INTO events (id, message, recorded_at, actor_user_id) VALUES (@p0, @p1, @p2, @p3)", 4);
    private readonly Statement _target = new(
        connection, "INSERT INTO event_targets (event_id, target_type, target_id, target_name, project_id, run_id) VALUES (@p0, @p1, @p2, @p3, @p4, @p5)", 6);

    /// <summary>A set of an entity's columns, by their places in the mapping.</summary>
    private readonly record struct Columns(ulong Bits)
    {
        public bool Contains(int index) => (Bits & (1UL << index)) != 0;

        public Columns With(int index) => index < 64 ? new(Bits | (1UL << index)) : throw new NotSupportedException("A table of more than 64 columns.");
    }

    /// <summary>Whether users, projects or members were written since this was last asked.</summary>
    public bool TakeAccessWritten()
    {
        var written = _isAccessWritten;
        _isAccessWritten = false;
        return written;
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="DbException">The database refused it.</exception>
    public int Insert(IUpdateEntry entry)
    {
        var statement = Get(entry.EntityType, EntityState.Added, default);
        var i = 0;
        foreach (var property in entry.EntityType.GetProperties())
            statement.Set(i++, entry.GetCurrentProviderValue(property));
        return statement.Execute();
    }

    /// <summary>Writes the columns of a row that changed. 0 when the row is not as it was read: gone, or of another version.</summary>
    /// <exception cref="DbException">The database refused it.</exception>
    public int Update(IUpdateEntry entry)
    {
        var changed = default(Columns);
        foreach (var property in entry.EntityType.GetProperties())
        {
            if (entry.IsModified(property))
                changed = changed.With(property.GetIndex());
        }
        var statement = Get(entry.EntityType, EntityState.Modified, changed);
        var i = 0;
        foreach (var property in entry.EntityType.GetProperties())
        {
            if (changed.Contains(property.GetIndex()))
                statement.Set(i++, entry.GetCurrentProviderValue(property));
        }
        SetGuards(statement, entry, i);
        return statement.Execute();
    }

    /// <summary>Removes a row. 0 when it is not as it was read.</summary>
    /// <exception cref="DbException">The database refused it.</exception>
    public int Delete(IUpdateEntry entry)
    {
        var statement = Get(entry.EntityType, EntityState.Deleted, default);
        SetGuards(statement, entry, 0);
        return statement.Execute();
    }

    /// <summary>Adds an event with its targets.</summary>
    /// <exception cref="DbException">The database refused it.</exception>
    public void Insert(EventRow row)
    {
        _event.Set(0, Text(row.Id));
        _event.Set(1, row.Message);
        _event.Set(2, UtcMicroseconds.ToMicroseconds(row.RecordedAt));
        _event.Set(3, Text(row.ActorUserId));
        _event.Execute();
        foreach (var target in row.Targets)
        {
            _target.Set(0, Text(row.Id));
            _target.Set(1, target.TargetType);
            _target.Set(2, Text(target.TargetId));
            _target.Set(3, target.TargetName);
            _target.Set(4, Text(target.ProjectId));
            _target.Set(5, Text(target.RunId));
            _target.Execute();
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _event.Dispose();
        _target.Dispose();
    }

    private static string? Text(Guid? id) => id?.ToString("D", CultureInfo.InvariantCulture);

    // What a row has to be like to be written: its key, and the version that was read.
    private static IEnumerable<IProperty> Guards(IEntityType type) => type.GetProperties().Where(property => property.IsPrimaryKey() || property.IsConcurrencyToken);

    private static void SetGuards(Statement statement, IUpdateEntry entry, int first)
    {
        foreach (var property in entry.EntityType.GetProperties())
        {
            if (property.IsPrimaryKey() || property.IsConcurrencyToken)
                statement.Set(first++, entry.GetOriginalProviderValue(property));
        }
    }

    private Statement Get(IEntityType type, EntityState change, Columns columns)
    {
        _isAccessWritten |= type.ClrType == typeof(UserRow) || type.ClrType == typeof(ProjectRow) || type.ClrType == typeof(MemberRow);
        if (_statements.TryGetValue((type, change, columns), out var known))
            return known;
        var (sql, count) = change switch
        {
            EntityState.Added => InsertText(type),
            EntityState.Modified => UpdateText(type, columns),
            _ => DeleteText(type),
        };
        return _statements[(type, change, columns)] = new Statement(connection, sql, count);
    }

    private static (string Sql, int Count) InsertText(IEntityType type)
    {
        var columns = type.GetProperties().Select(property => property.GetColumnName()).ToList();
        return ($"INSERT INTO {type.GetTableName()} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})", columns.Count);
    }

    private static (string Sql, int Count) UpdateText(IEntityType type, Columns changed)
    {
        var columns = type.GetProperties().Where(property => changed.Contains(property.GetIndex())).Select((property, i) => $"{property.GetColumnName()} = @p{i}").ToList();
        var guards = GuardTexts(type, columns.Count);
        return ($"UPDATE {type.GetTableName()} SET {string.Join(", ", columns)} WHERE {string.Join(" AND ", guards)}", columns.Count + guards.Count);
    }

    private static (string Sql, int Count) DeleteText(IEntityType type)
    {
        var guards = GuardTexts(type, 0);
        return ($"DELETE FROM {type.GetTableName()} WHERE {string.Join(" AND ", guards)}", guards.Count);
    }

    private static List<string> GuardTexts(IEntityType type, int first) => [.. Guards(type).Select((property, i) => $"{property.GetColumnName()} = @p{first + i}")];
}
