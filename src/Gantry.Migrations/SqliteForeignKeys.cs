using Microsoft.Data.Sqlite;
using Gantry.Migrations.Files;

namespace Gantry.Migrations;

/// <summary>Foreign keys, checked as a whole before a migration is committed. What was broken before is not this migration's doing.</summary>
internal static class SqliteForeignKeys
{
    /// <summary>Rows without their parent, by child and parent table.</summary>
    public static Dictionary<(string Child, string Parent), long> CountBroken(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY "table", parent""";
        using var rows = command.ExecuteReader();
        var broken = new Dictionary<(string, string), long>();
        while (rows.Read())
            broken[(rows.GetString(0), rows.GetString(1))] = rows.GetInt64(2);
        return broken;
    }

    public static void RefuseNewlyBroken(
        SqliteConnection connection, Dictionary<(string Child, string Parent), long> before, Migration migration, int revision)
    {
        foreach (var ((child, parent), count) in CountBroken(connection))
            if (count > before.GetValueOrDefault((child, parent)))
                throw new MigrationException(MigrationFailure.ForeignKeysBroken,
                    $"After {migration}, {count} rows of {child} would point to rows of {parent} that do not exist. "
                    + $"{SqliteFailure.WhatStands(migration, revision)} Correct the migration, then start again.")
                { Migration = migration.FullName, DatabaseRevision = revision };
    }
}
