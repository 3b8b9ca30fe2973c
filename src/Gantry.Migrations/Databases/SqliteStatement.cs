using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Databases;

/// <summary>
/// Runs one statement through SQLite's own interface: the provider would want a value for every <c>$name</c> in an author's text, and would run a
/// second statement without a word.
/// </summary>
internal static class SqliteStatement
{
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="SqliteException">SQLite refuses it, or reads more than one statement.</exception>
    public static long Run(sqlite3 database, string sql, IReadOnlyList<(string Name, object? Value)> parameters)
    {
        var code = raw.sqlite3_prepare_v2(database, Encoding.UTF8.GetBytes(sql), out var statement, out var tail);
        using (statement)
        {
            if (code != raw.SQLITE_OK)
                SqliteException.ThrowExceptionForRC(code, database);
            // A stray semicolon is no statement.
            if (statement.IsInvalid)
                return 0;
            if (!OnlyBlank(tail))
                throw new SqliteException("SQLite reads more than one statement here: 'put a semicolon between statements, and END; behind a trigger'", raw.SQLITE_ERROR, raw.SQLITE_ERROR);

            foreach (var (name, value) in parameters)
                Bind(statement, name, value);
            var before = raw.sqlite3_total_changes(database);
            do
                code = raw.sqlite3_step(statement);
            while (code == raw.SQLITE_ROW);
            if (code != raw.SQLITE_DONE)
                SqliteException.ThrowExceptionForRC(code, database);
            return raw.sqlite3_total_changes(database) == before ? 0 : raw.sqlite3_changes(database);
        }
    }

    private static void Bind(sqlite3_stmt statement, string name, object? value)
    {
        var index = raw.sqlite3_bind_parameter_index(statement, name);
        if (index == 0)
            return;
        _ = value switch
        {
            null or DBNull => raw.sqlite3_bind_null(statement, index),
            long number => raw.sqlite3_bind_int64(statement, index, number),
            int number => raw.sqlite3_bind_int64(statement, index, number),
            double number => raw.sqlite3_bind_double(statement, index, number),
            byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
            _ => raw.sqlite3_bind_text(statement, index, value.ToString() ?? ""),
        };
    }

    private static bool OnlyBlank(ReadOnlySpan<byte> tail)
    {
        var text = Encoding.UTF8.GetString(tail);
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]) || text[at] == ';')
                at++;
            else if (text.AsSpan(at).StartsWith("--", StringComparison.Ordinal))
                at = text.IndexOf('\n', at) is var line and >= 0 ? line : text.Length;
            else if (text.AsSpan(at).StartsWith("/*", StringComparison.Ordinal))
                at = text.IndexOf("*/", at + 2, StringComparison.Ordinal) is var end and >= 0 ? end + 2 : text.Length;
            else
                return false;
        }
        return true;
    }
}
