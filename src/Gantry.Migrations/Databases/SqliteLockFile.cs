using System.Text;

namespace Gantry.Migrations.Databases;

/// <summary>
/// One upgrader at a time: an OS lock on a file beside the database, which the kernel drops when its holder dies. It is
/// never the database file itself: closing any descriptor of that file drops SQLite's locks of the whole process.
/// </summary>
/// <remarks>The file stays: removing it would let two processes hold locks on two files of the same name.</remarks>
internal sealed class SqliteLockFile : IDisposable
{
    private readonly FileStream? _file;

    private SqliteLockFile(FileStream? file) => _file = file;

    /// <summary>Null when another process (or another upgrader of this one) holds it.</summary>
    /// <param name="database">Its file; empty for a database in memory, which nobody else can open.</param>
    /// <param name="self">Written into the file for those who wait.</param>
    /// <exception cref="RefusedException">The file cannot be made: the folder is read-only, or the disk full.</exception>
    public static SqliteLockFile? TryTake(string database, string self)
    {
        if (database.Length == 0)
            return new SqliteLockFile(null);
        try
        {
            var file = new FileStream(Path(database), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            Sign(file, self);
            return new SqliteLockFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A lock that is held comes as a plain IOException, too.
            return Refusal(error, database) is { } refusal ? throw refusal : null;
        }
    }

    /// <summary>Who holds it; null when nobody does.</summary>
    public static string? Holder(string database)
    {
        if (database.Length == 0 || !File.Exists(Path(database)))
            return null;
        try
        {
            using var free = new FileStream(Path(database), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Signature(database);
        }
    }

    public void Dispose() => _file?.Dispose();

    private static string Path(string database) => database + ".upgrade-lock";

    // Who holds it is a kindness to those who wait: a full disk must not take the lock away.
    private static void Sign(FileStream file, string self)
    {
        try
        {
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(self));
        }
        catch (IOException)
        {
        }
    }

    private static string Signature(string database)
    {
        try
        {
            // Shared for reading and writing takes no lock of its own.
            using var file = new FileStream(Path(database), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd() is { Length: > 0 } text ? text : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static RefusedException? Refusal(Exception error, string database)
    {
        const int ReadOnlyFileSystem = 30, NoSpace = 28, NoSpaceOnWindows = 112, NoRight = 13;
        var code = error.HResult & 0xFFFF;
        if (error is UnauthorizedAccessException || code is ReadOnlyFileSystem or NoRight)
            return new RefusedException(new Refusal(MigrationFailure.ReadOnly, null,
                $"The folder of {database} cannot be written to by this user.", "Make it writable, or run as a user who may write there; then start again."), error);
        if (code is NoSpace or NoSpaceOnWindows)
            return new RefusedException(new Refusal(MigrationFailure.DiskFull, null,
                $"There is no room on the disk that holds {database}.", "Make room, then start again."), error);
        return error.GetType() == typeof(IOException) ? null
            : new RefusedException(new Refusal(MigrationFailure.DatabaseUnusable, null,
                $"The lock file {Path(database)} cannot be made: {error.Message}", "See that its folder exists, then start again."), error);
    }
}
