using Microsoft.Data.Sqlite;

namespace Gantry.Migrations.Databases;

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

    /// <summary>The first pair of tables with more broken rows than before; null when there is none.</summary>
    public static (string Child, string Parent, long Count)? NewlyBroken(SqliteConnection connection, Dictionary<(string Child, string Parent), long> before)
    {
        foreach (var ((child, parent), count) in CountBroken(connection))
            if (count - before.GetValueOrDefault((child, parent)) is > 0 and var more)
                return (child, parent, more);
        return null;
    }
}
