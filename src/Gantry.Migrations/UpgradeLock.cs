namespace Gantry.Migrations;

/// <summary>
/// One upgrader at a time: an OS lock on a file beside the database, which the kernel drops when its holder dies. It is
/// never the database file itself: closing any descriptor of that file drops SQLite's locks of the whole process.
/// </summary>
internal sealed class UpgradeLock : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    private readonly FileStream? _file;

    private UpgradeLock(FileStream? file) => _file = file;

    /// <param name="databaseFile">Empty for a database in memory, which nobody else can open.</param>
    /// <param name="patience">How long to wait for another upgrader.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<UpgradeLock> AcquireAsync(string databaseFile, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (databaseFile.Length == 0)
            return new UpgradeLock(null);

        var path = databaseFile + ".upgrade-lock";
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new UpgradeLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException error) when (error.GetType() == typeof(IOException) && !IsDiskFull(error))
            {
                if (time.GetElapsedTime(started) > patience)
                    throw new MigrationException(MigrationFailure.Busy,
                        $"Another process has been upgrading {databaseFile} for more than {patience.TotalSeconds:0} s (it holds {path}). "
                        + "Nothing was changed by this one. Wait for it to end, then start again.", error);
            }

            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    // The file stays: removing it would let two processes hold locks on two files of the same name.
    public void Dispose() => _file?.Dispose();

    private static bool IsDiskFull(IOException error) => (error.HResult & 0xFFFF) is 28 or 112;
}
