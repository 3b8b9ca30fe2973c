using Microsoft.Win32.SafeHandles;

namespace Gantry.Cli.Interop;

/// <summary>An advisory lock on a file (<c>flock</c>), held until disposed or until the process ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly SafeFileHandle file;

    private FileLock(SafeFileHandle file) => this.file = file;

    /// <summary>Whether some process holds the lock. Takes it shared for an instant.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = Open(path);
        return Posix.Lock(Descriptor(file), Posix.LockShared | Posix.LockNonBlocking) != 0;
    }

    /// <summary>Waits until no process holds the lock, and takes it. A wait that is given up leaves a thread waiting, which ends with the process.</summary>
    public static async Task<FileLock> TakeAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var file = Open(path);
        if (Posix.Lock(Descriptor(file), Posix.LockExclusive | Posix.LockNonBlocking) == 0)
            return new FileLock(file);
        var wait = Task.Factory.StartNew(() =>
        {
            while (Posix.Lock(Descriptor(file), Posix.LockExclusive) != 0) { }
            return new FileLock(file);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await wait.WaitAsync(patience, time, cancellation);
    }

    // Sharing everything: otherwise .NET takes a lock of its own on the same file.
    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();

    public void Dispose() => file.Dispose();
}
