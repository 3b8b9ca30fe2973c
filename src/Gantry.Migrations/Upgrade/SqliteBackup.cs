using System.Globalization;
using Gantry.Migrations.Databases;
using Microsoft.Data.Sqlite;

namespace Gantry.Migrations.Upgrade;

/// <summary>Copies a SQLite database aside before it is changed: beside it, named by revision and time. The newest few are kept.</summary>
internal static class SqliteBackup
{
    /// <summary>The copy; null for a database in memory or one that holds nothing yet.</summary>
    /// <exception cref="RefusedException">There is no room for it.</exception>
    /// <exception cref="SqliteException">It could not be made.</exception>
    public static async Task<string?> MakeAsync(SqliteSession session, int revision, int keep, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (session.File.Length == 0 || await session.CountAsync("SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'gantry\\_migration%' ESCAPE '\\'", cancellationToken) == 0)
            return null;

        var size = await session.CountAsync("PRAGMA page_count", cancellationToken) * await session.CountAsync("PRAGMA page_size", cancellationToken);
        RefuseWithoutRoom(session.File, size);
        var file = string.Create(CultureInfo.InvariantCulture, $"{session.File}.backup-r{revision:D4}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        var unfinished = file + ".unfinished";
        File.Delete(unfinished);
        try
        {
            await using (var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = unfinished, Pooling = false }.ToString()))
            {
                await copy.OpenAsync(cancellationToken);
                session.Sqlite.BackupDatabase(copy);
            }
            File.Move(unfinished, file, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
        foreach (var old in Of(session.File).Skip(keep))
            File.Delete(old);
        return file;
    }

    /// <summary>The newest copy that there is; null when there is none.</summary>
    public static string? Newest(string database) => Of(database).FirstOrDefault();

    /// <summary>The command that brings a copy back.</summary>
    public static string Restore(string database, string backup) =>
        $"stop what uses it, then: rm -f {Shell(database + "-wal")} {Shell(database + "-shm")} && cp {Shell(backup)} {Shell(database)}";

    private static IEnumerable<string> Of(string database) =>
        Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + ".backup-r*Z")
            .OrderByDescending(file => file[^16..], StringComparer.Ordinal);

    // The copy, and as much again for a table that is built anew.
    private static void RefuseWithoutRoom(string database, long size)
    {
        var free = new DriveInfo(Path.GetDirectoryName(database)!).AvailableFreeSpace;
        if (free < 2 * size)
            throw new RefusedException(new Refusal(MigrationFailure.DiskFull, null, string.Create(CultureInfo.InvariantCulture,
                $"The upgrade of {database} needs {Megabytes(2 * size)} MB (a copy to go back to, and as much to work in); its disk has {Megabytes(free)} MB left."),
                "Make room, then start again."));
    }

    private static long Megabytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static string Shell(string path) => path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-".Contains(letter, StringComparison.Ordinal))
        ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
