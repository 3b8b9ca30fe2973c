using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Brings a container's output from Docker's log into the job's. Docker's log only ever grows and reads the same each time; the job's is at any moment
/// a beginning of it. So whoever goes on, after whatever died, passes over as many bytes as the job's log has, and nothing is lost or repeated.
/// </summary>
internal sealed class ContainerLog(DockerContainers docker, JobSpool spool, string name)
{
    /// <summary>Messages looked at for what a follower missed; it misses one or two if any.</summary>
    private const int TailLength = 500;

    /// <summary>Messages by which the place is found where it stopped.</summary>
    private const int Remembered = 32;

    /// <summary>Bytes that are written together, where so many are there.</summary>
    private const int Batch = 64 << 10;

    private readonly Queue<MessageMark> _last = new();
    private long _readAt = Environment.TickCount64;

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _readAt));

    /// <summary>Reads from the beginning, and on as it comes until the container ends.</summary>
    /// <exception cref="IOException">The job's log can not be written, or Docker's not be read.</exception>
    /// <exception cref="DockerGoneException">Docker is gone.</exception>
    public Task FollowAsync(CancellationToken cancellation)
    {
        _last.Clear();
        return CopyAsync(follow: true, cancellation);
    }

    /// <summary>Brings what is missing of the log of a container that has ended.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        // A follower may miss the last messages of a container that ends just then. Reading all again could take minutes.
        if (_last.Count == 0 || !await TryCompleteFromTailAsync(cancellation))
            await CopyAsync(follow: false, cancellation);
    }

    private async Task CopyAsync(bool follow, CancellationToken cancellation)
    {
        using var file = Open();
        var length = RandomAccess.GetLength(file);
        var pass = length;
        using var pending = new MemoryStream();
        await ReadAsync(follow, tail: null, messages =>
        {
            var content = messages.Content.Span;
            var passed = (int)Math.Min(pass, content.Length);
            pass -= passed;
            pending.Write(content[passed..]);
            Remember(messages);
            if (messages.HasNext && pending.Length < Batch)
                return;
            Write(file, pending, ref length);
        }, cancellation);
    }

    private async Task<bool> TryCompleteFromTailAsync(CancellationToken cancellation)
    {
        var tail = new List<(MessageMark Mark, byte[] Content)>();
        await ReadAsync(follow: false, TailLength, messages => tail.Add((MessageMark.Of(messages), messages.Content.ToArray())), cancellation);
        var known = _last.ToArray();
        for (var end = tail.Count; end >= known.Length; end--)
        {
            if (!tail.Skip(end - known.Length).Take(known.Length).Select(message => message.Mark).SequenceEqual(known))
                continue;
            using var file = Open();
            var length = RandomAccess.GetLength(file);
            using var pending = new MemoryStream();
            foreach (var (_, content) in tail.Skip(end))
                pending.Write(content);
            Write(file, pending, ref length);
            return true;
        }
        return false;
    }

    private async Task ReadAsync(bool follow, int? tail, Action<LogMessages> take, CancellationToken cancellation)
    {
        using var reply = await docker.LogsAsync(name, follow, tail, cancellation);
        await using var stream = await reply.Content.ReadAsStreamAsync(cancellation);
        var messages = new LogMessages(stream);
        Interlocked.Exchange(ref _readAt, Environment.TickCount64);
        try
        {
            while (await messages.ReadAsync(cancellation))
            {
                Interlocked.Exchange(ref _readAt, Environment.TickCount64);
                take(messages);
            }
        }
        catch (HttpRequestException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private void Remember(LogMessages messages)
    {
        if (_last.Count == Remembered)
            _last.Dequeue();
        _last.Enqueue(MessageMark.Of(messages));
    }

    private SafeFileHandle Open() => File.OpenHandle(spool.OutputPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private void Write(SafeFileHandle file, MemoryStream pending, ref long length)
    {
        if (pending.Length == 0)
            return;
        try
        {
            RandomAccess.Write(file, pending.GetBuffer().AsSpan(0, (int)pending.Length), length);
        }
        catch (IOException exception) when (Libc.IsDiskFull(exception))
        {
            // What was read is not all written: the place has to be found by counting.
            _last.Clear();
            throw new OutputFullException(exception);
        }
        length += pending.Length;
        pending.SetLength(0);
    }

    /// <summary>What tells one message of a log from the others.</summary>
    private readonly record struct MessageMark(int Stamp, int Length)
    {
        public static MessageMark Of(LogMessages messages)
        {
            var hash = default(HashCode);
            hash.AddBytes(messages.Stamp);
            return new(hash.ToHashCode(), messages.Content.Length);
        }
    }
}

/// <summary>No room for a job's output on the spool's disk.</summary>
internal sealed class OutputFullException(IOException cause) : IOException(cause.Message, cause);
