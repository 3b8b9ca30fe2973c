using System.Globalization;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Logs;

/// <summary>A job's log as kept in the spool: grows at the end, and loses its beginning once a server has stored it.</summary>
internal sealed class JobLog : IDisposable
{
    /// <summary>Room is given back in steps of this many bytes: a multiple of every file system's block.</summary>
    private const long DropStep = 4 << 20;

    private readonly JobSpool _spool;
    private readonly Lock _dropping = new();
    private long _dropped;

    public JobLog(JobSpool spool)
    {
        _spool = spool;
        _dropped = long.TryParse(SpoolFiles.Text(spool.DroppedPath), NumberStyles.None, CultureInfo.InvariantCulture, out var dropped) ? dropped : 0;
    }

    /// <summary>Bytes that the job wrote so far.</summary>
    public long Length => _spool.LogLength;

    /// <summary>Offset of the first byte that is still here.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Opens it for reading; null when there is none.</summary>
    public SafeFileHandle? TryOpen()
    {
        try
        {
            return File.OpenHandle(_spool.OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Gives the room before <paramref name="storedOffset"/> back to the disk, as far as whole steps and the file system allow.</summary>
    public void Drop(long storedOffset)
    {
        lock (_dropping)
        {
            var upTo = Math.Min(storedOffset, Length) / DropStep * DropStep;
            if (upTo <= _dropped)
                return;
            var fd = Libc.open(_spool.OutputPath, Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
            if (fd < 0)
                return;
            try
            {
                // Written down first: zeros must never be taken for the log after a restart.
                File.WriteAllText(_spool.DroppedPath + ".tmp", upTo.ToString(CultureInfo.InvariantCulture));
                File.Move(_spool.DroppedPath + ".tmp", _spool.DroppedPath, overwrite: true);
                if (Libc.fallocate(fd, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, 0, upTo) == 0)
                    Interlocked.Exchange(ref _dropped, upTo);
            }
            catch (IOException)
            {
                // Not even room for a number: keep the log as it is.
            }
            finally
            {
                _ = Libc.close(fd);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _dropped, long.MaxValue);
}
