using System.Globalization;
using Microsoft.Data.Sqlite;
using Gantry.Migrations.Files;

namespace Gantry.Migrations;

/// <summary>The table in which a database remembers what was applied to it.</summary>
internal static class SqliteHistory
{
    private sealed record Applied(int Revision, string Name, string Checksum);

    /// <summary>Compares what the database remembers with the migrations at hand. An edited, broken or newer history is refused.</summary>
    public static MigrationStatus Compare(SqliteConnection connection, IReadOnlyList<Migration> migrations)
    {
        var applied = Read(connection);
        for (var i = 0; i < applied.Count; i++)
            Check(applied[i], i + 1, migrations, applied);
        return new MigrationStatus(applied.Count, [.. migrations.Skip(applied.Count)]);
    }

    public static void Add(SqliteConnection connection, Migration migration, DateTimeOffset at)
    {
        using var create = connection.CreateCommand();
        create.CommandText = """
            CREATE TABLE IF NOT EXISTS gantry_migrations (
              revision   INTEGER NOT NULL PRIMARY KEY,
              name       TEXT NOT NULL,
              checksum   TEXT NOT NULL,
              applied_at BIGINT NOT NULL
            )
            """;
        create.ExecuteNonQuery();

        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO gantry_migrations (revision, name, checksum, applied_at) VALUES ($revision, $name, $checksum, $at)";
        insert.Parameters.AddWithValue("$revision", migration.Revision);
        insert.Parameters.AddWithValue("$name", migration.Name);
        insert.Parameters.AddWithValue("$checksum", migration.Checksum);
        insert.Parameters.AddWithValue("$at", (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        insert.ExecuteNonQuery();
    }

    public static void Remove(SqliteConnection connection, Migration migration)
    {
        using var delete = connection.CreateCommand();
        delete.CommandText = "DELETE FROM gantry_migrations WHERE revision = $revision";
        delete.Parameters.AddWithValue("$revision", migration.Revision);
        delete.ExecuteNonQuery();
    }

    private static List<Applied> Read(SqliteConnection connection)
    {
        var applied = new List<Applied>();
        using var exists = connection.CreateCommand();
        exists.CommandText = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'gantry_migrations'";
        if (exists.ExecuteScalar() is null)
            return applied;

        using var select = connection.CreateCommand();
        select.CommandText = "SELECT revision, name, checksum FROM gantry_migrations ORDER BY revision";
        using var rows = select.ExecuteReader();
        while (rows.Read())
            applied.Add(new Applied(rows.GetInt32(0), rows.GetString(1), rows.GetString(2)));
        return applied;
    }

    private static void Check(Applied row, int expected, IReadOnlyList<Migration> migrations, List<Applied> all)
    {
        var name = Migration.Format(row.Revision, row.Name);
        if (row.Revision != expected)
            throw new MigrationException(MigrationFailure.BrokenHistory, string.Create(CultureInfo.InvariantCulture,
                $"The database says that {name} was applied, but not {expected:D4}: its table gantry_migrations was changed by hand. Nothing was changed. Restore a backup, or the missing row."))
            { Migration = name };

        if (row.Revision > migrations.Count)
        {
            var latest = migrations.Count == 0 ? "none" : migrations[^1].FullName;
            throw new MigrationException(MigrationFailure.DatabaseNewer,
                $"The database is at {Migration.Format(all[^1].Revision, all[^1].Name)}, made by a later version of this program; the latest that this version knows is {latest}. "
                + "Nothing was changed. Use the later version, or restore a backup from before the upgrade.")
            { Migration = name, DatabaseRevision = all[^1].Revision };
        }

        var migration = migrations[row.Revision - 1];
        if (migration.Name != row.Name || migration.Checksum != row.Checksum)
            throw new MigrationException(MigrationFailure.EditedHistory,
                $"{name} was applied to this database with the checksum {row.Checksum}; the one at hand is {migration} with {migration.Checksum}. "
                + "A migration that was applied must not be edited. Nothing was changed. Bring its text back, and put the change in a new migration.")
            { Migration = name, DatabaseRevision = all[^1].Revision };
    }
}
