namespace Gantry.Model.Link.Streams;

/// <summary>
/// One end of a stream of a link. A write returns once all of its bytes were handed to the link's sender, which takes them as far as the other side's
/// credit reaches; so nothing piles up here. A read gives credit back for what it took. One reader and one writer at a time, asynchronous only.
/// </summary>
public sealed class LinkStream : Stream
{
    /// <summary>Credit is given back in pieces of this size: small enough that the other side never runs dry, large enough to be cheap.</summary>
    private const int CreditStep = (int)LinkProtocol.InitialStreamCredit / 4;

    private readonly LinkStreams _link;
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _received = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _broken = new();
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _written;
    private ReadOnlyMemory<byte> _writing;
    private int _readOfFirst;
    private long _window = LinkProtocol.InitialStreamCredit;
    private long _owed;
    private long _credit = LinkProtocol.InitialStreamCredit;
    private bool _inputEnded;
    private bool _outputEnded;
    private string? _error;

    internal LinkStream(LinkStreams link, long id) => (_link, Id) = (link, id);

    /// <summary>The stream's id on its link.</summary>
    public long Id { get; }

    /// <summary>Cancelled when the stream can be neither read nor written any more: broken off, closed by the other side, or the link was lost.</summary>
    public CancellationToken Ended => _broken.Token;

    /// <summary>Guarded by the link's lock: whether it waits for its turn to send.</summary>
    internal bool IsQueued { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;
    /// <inheritdoc/>
    public override bool CanWrite => true;
    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <summary>Says that what the other side asked for is there.</summary>
    public void Accept() => _link.Tell(new StreamOpened { StreamId = Id });

    /// <summary>Waits until the other side has what was asked for.</summary>
    /// <exception cref="StreamBrokenException">It was refused, or the link was lost.</exception>
    public Task OpenedAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);

    /// <summary>Ends what this side sends; it goes on reading. Behind all that was written.</summary>
    public void CompleteWrites()
    {
        lock (_lock)
        {
            if (_outputEnded || _error is not null)
                return;
            _outputEnded = true;
        }
        _link.Tell(new StreamClosed { StreamId = Id, Half = true });
        ForgetIfOver();
    }

    /// <summary>Breaks the stream off: what was written and not sent yet is lost, both sides learn why.</summary>
    /// <param name="error">A sentence for people.</param>
    public void Abort(string error)
    {
        if (Break(error))
            _link.Tell(new StreamClosed { StreamId = Id, Error = error });
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task readable;
            lock (_lock)
            {
                if (_received.Count > 0 || buffer.IsEmpty)
                    return Take(buffer.Span);
                if (_inputEnded)
                    return 0;
                if (_error is not null)
                    throw new StreamBrokenException(_error);
                _readable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                readable = _readable.Task;
            }
            await readable.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes all of it; returns when it was handed to the link.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="cancellationToken">Part of the bytes may be sent by then, so the stream is broken off.</param>
    /// <exception cref="StreamBrokenException">The stream is over.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return;
        Task written;
        lock (_lock)
        {
            if (_error is not null || _outputEnded)
                throw new StreamBrokenException(_error ?? "This side of the stream was ended already.");
            if (_written is not null)
                throw new InvalidOperationException("Another write is under way.");
            _writing = buffer;
            _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            written = _written.Task;
        }
        _link.Ready(this);
        try
        {
            await written.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Abort("The stream was broken off in the middle of a write.");
            throw;
        }
    }

    /// <summary>The next bytes to send, as far as the credit reaches; 0 when there are none now.</summary>
    internal int TakeOutgoing(Span<byte> destination, out bool hasMore)
    {
        lock (_lock)
        {
            var length = (int)Math.Min(Math.Min(_writing.Length, destination.Length), _credit);
            _writing.Span[..length].CopyTo(destination);
            _writing = _writing[length..];
            _credit -= length;
            if (_writing.IsEmpty)
            {
                _written?.TrySetResult();
                _written = null;
            }
            hasMore = !_writing.IsEmpty && _credit > 0;
            return length;
        }
    }

    internal void TakeCredit(long bytes)
    {
        lock (_lock)
            _credit += Math.Clamp(bytes, 0, LinkProtocol.MaxStreamCredit - _credit);
        _link.Ready(this);
    }

    internal void TakeOpened() => _opened.TrySetResult();

    internal void TakeData(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (_inputEnded || _error is not null)
                return;
            if (data.Length <= _window)
            {
                _window -= data.Length;
                _received.Enqueue(data.ToArray());
                WakeReader();
                return;
            }
        }
        Abort("The stream was broken off: more bytes came on it than it has credit for.");
    }

    internal void TakeClosed(StreamClosed closed)
    {
        if (closed.Error is { } error)
        {
            Break(error);
            return;
        }
        lock (_lock)
        {
            _inputEnded = true;
            WakeReader();
        }
        if (closed.Half)
            ForgetIfOver();
        else
            Break("The other side has closed the stream.");
    }

    /// <summary>Ends both directions; what came already can still be read. False when they had ended before.</summary>
    internal bool Break(string error)
    {
        lock (_lock)
        {
            if (_error is not null)
                return false;
            _error = error;
            _writing = default;
            // Nobody may wait for it: then its failure is nobody's.
            _written?.TrySetException(new StreamBrokenException(error));
            _written = null;
            WakeReader();
        }
        if (_opened.TrySetException(new StreamBrokenException(error)))
            _ = _opened.Task.Exception;
        _link.Forget(this);
        _broken.Cancel();
        return true;
    }

    private int Take(Span<byte> destination)
    {
        var taken = 0;
        while (taken < destination.Length && _received.TryPeek(out var first))
        {
            var length = Math.Min(first.Length - _readOfFirst, destination.Length - taken);
            first.AsSpan(_readOfFirst, length).CopyTo(destination[taken..]);
            taken += length;
            _readOfFirst += length;
            if (_readOfFirst < first.Length)
                break;
            _received.Dequeue();
            _readOfFirst = 0;
        }
        _owed += taken;
        if (_owed >= CreditStep && !_inputEnded && _error is null)
        {
            _link.Tell(new StreamCredit { StreamId = Id, Bytes = _owed });
            _window += _owed;
            _owed = 0;
        }
        return taken;
    }

    private void WakeReader()
    {
        _readable?.TrySetResult();
        _readable = null;
    }

    private void ForgetIfOver()
    {
        bool over;
        lock (_lock)
            over = _inputEnded && _outputEnded;
        if (over)
            _link.Forget(this);
    }

    /// <summary>Closes the stream: what was written is sent, nothing more is read.</summary>
    protected override void Dispose(bool disposing)
    {
        bool over;
        lock (_lock)
            over = _inputEnded && _outputEnded;
        if (disposing && Break("This side has closed the stream.") && !over)
            _link.Tell(new StreamClosed { StreamId = Id });
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    /// <inheritdoc/>
    public override void Flush()
    {
    }
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stream of a link is asynchronous only.");
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stream of a link is asynchronous only.");
    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();
    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
