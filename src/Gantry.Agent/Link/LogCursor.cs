using Gantry.Agent.Jobs;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Link;

/// <summary>How far a job's log was sent on one connection.</summary>
internal sealed class LogCursor(JobKeeper job, long offset) : IDisposable
{
    private SafeFileHandle? _file;

    /// <summary>The job.</summary>
    public JobKeeper Job => job;

    /// <summary>Offset of the next byte to send.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Whether it waits for its turn; guarded by the ring's lock.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether all of it was sent and nothing more will come.</summary>
    public bool IsComplete => job.HasEnded && Offset >= job.Log.Length;

    /// <summary>Reads what comes next; 0 bytes when there is nothing now.</summary>
    public int Read(Span<byte> destination)
    {
        // The server asks for what it once said to have stored (an older copy of its database): that is gone, and the offset says so.
        Offset = Math.Max(Offset, Math.Min(job.Log.Dropped, job.Log.Length));
        _file ??= job.Log.TryOpen();
        return _file is null ? 0 : RandomAccess.Read(_file, destination, Offset);
    }

    /// <summary>Goes on behind what was read.</summary>
    public void Advance(int bytes) => Offset += bytes;

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
