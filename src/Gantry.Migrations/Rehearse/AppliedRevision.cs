using System.Data.Common;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>How many of the migrations a database has already, by the record of whichever tool applied them.</summary>
internal static class AppliedRevision
{
    // The table, the column that names a migration, and which rows count.
    private static readonly (string Table, string Column, string Where)[] Records =
    [
        ("gantry_migrations", "revision", ""),
        ("flyway_schema_history", "version", " WHERE success AND version IS NOT NULL"),
        ("schema_migrations", "version", ""),
        ("__EFMigrationsHistory", "MigrationId", ""),
        ("alembic_version", "version_num", ""),
    ];

    /// <summary>The number; 0 for a database without any record.</summary>
    /// <exception cref="RehearsalException">The record names migrations that are not at hand.</exception>
    public static async Task<int> ReadAsync(DbConnection connection, DatabaseSchema schema, MigrationSet set, DatabaseAddress database, CancellationToken cancellationToken)
    {
        foreach (var (table, column, where) in Records)
            if (schema.Find(table) is not null)
            {
                var names = await LiveSchema.QueryAsync(connection, $"SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\"{where}", row => row.Text(0) ?? "", cancellationToken);
                if (names.Count == 0)
                    return 0;
                // golang-migrate's mark of a migration that failed half way: nobody knows what is there.
                if (schema.Find(table)!.Columns.Any(own => own.Name == "dirty")
                    && (await LiveSchema.QueryAsync(connection, $"SELECT 1 FROM \"{table}\" WHERE dirty", row => 1, cancellationToken)).Count > 0)
                    throw new RehearsalException($"{database} is marked dirty in its table {table}: {names[^1]} failed half way. Nothing was run. Mend it and clear the mark (`migrate force`) first.");
                var applied = names.Select(name => Find(set, name)).Max();
                return applied > 0 ? applied : throw new RehearsalException(
                    $"{database} says in its table {table} that it is at {names[^1]}, which is not among the migrations in {set.Path}. Nothing was run. Name the right folder.");
            }
        return 0;
    }

    // 7, V7__x, 000007_x.up.sql and 20241105_x all begin with the number that the tool remembers; Alembic remembers a name.
    private static int Find(MigrationSet set, string name)
    {
        var bare = name.TrimStart('0');
        return set.Migrations.FirstOrDefault(migration =>
            migration.FullName.Equals(name, StringComparison.OrdinalIgnoreCase)
            || migration.FullName.StartsWith(name + "_", StringComparison.OrdinalIgnoreCase)
            || Version(migration.FullName) is { Length: > 0 } version && version == bare)?.Revision ?? 0;
    }

    private static string Version(string fullName) =>
        new string([.. fullName.TrimStart('V', 'v', '0').TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.')]);
}
