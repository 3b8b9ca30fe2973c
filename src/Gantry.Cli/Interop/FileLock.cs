using System.Runtime.InteropServices;

namespace Gantry.Cli.Interop;

/// <summary>An advisory lock on a file (<c>flock</c>), held until disposed or until the process ends.</summary>
/// <remarks>The file is opened by the C library: .NET takes a lock of its own on every file that it opens, whatever sharing it is asked for, and
/// refuses to open one that is locked.</remarks>
internal sealed class FileLock : IDisposable
{
    private nint file;

    private FileLock(nint file) => this.file = file;

    /// <summary>Whether some process holds the lock. Takes it shared for an instant.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
            return false;
        using var probe = Open(path);
        return !probe.TryTake(Posix.LockShared | Posix.LockNonBlocking);
    }

    /// <summary>Waits until no process holds the lock, and takes it. A wait that is given up leaves a thread waiting, which ends with the process.</summary>
    /// <exception cref="TimeoutException">Somebody held it for all that time.</exception>
    public static async Task<FileLock> TakeAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var mine = Open(path);
        if (mine.TryTake(Posix.LockExclusive | Posix.LockNonBlocking))
            return mine;
        var wait = Task.Factory.StartNew(
            () =>
            {
                // Interrupted by a signal, it asks again.
                while (!mine.TryTake(Posix.LockExclusive)) { }
                return mine;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await wait.WaitAsync(patience, time, cancellation);
    }

    // For appending, so that it is made where it is missing and never emptied; closed when another program takes over (e).
    private static FileLock Open(string path) =>
        Posix.OpenFile(path, "ae") is not 0 and var file
            ? new FileLock(file)
            : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    private bool TryTake(int operation) => Posix.Lock(Posix.DescriptorOf(file), operation) == 0;

    public void Dispose()
    {
        if (file != 0)
            _ = Posix.CloseFile(file);
        file = 0;
    }
}
