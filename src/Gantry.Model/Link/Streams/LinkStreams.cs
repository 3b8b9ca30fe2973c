namespace Gantry.Model.Link.Streams;

/// <summary>
/// The streams of one connection. It sends nothing itself: whoever writes to the connection takes from here what is to be sent, after its own control
/// messages and in turn with its logs, so that no stream delays either. What is received goes into each stream's own window and never waits for its reader.
/// </summary>
/// <param name="isServer">Which side this is; the sign of the ids that it gives.</param>
/// <param name="wake">Called when there may be something to send.</param>
/// <param name="accepted">Called with each stream that the other side opens.</param>
public sealed class LinkStreams(bool isServer, Action wake, Action<OpenStream, LinkStream> accepted)
{
    /// <summary>Streams that one side may have open at once: a bound on what a faulty peer can cost.</summary>
    public const int MostAtOnce = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LinkStream> _streams = [];
    private readonly Queue<LinkMessage> _messages = new();
    private readonly Queue<LinkStream> _ready = new();
    private long _lastId;
    private string? _lost;

    /// <summary>Streams that are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _streams.Count;
        }
    }

    /// <summary>Whether there may be something to send.</summary>
    public bool HasOutgoing
    {
        get
        {
            lock (_lock)
                return _messages.Count > 0 || _ready.Count > 0;
        }
    }

    /// <summary>Opens a stream; it may be written at once. <see cref="LinkStream.OpenedAsync"/> says whether the other side has what was asked for.</summary>
    /// <exception cref="StreamBrokenException">The link was lost, or there are too many streams.</exception>
    public LinkStream Open(OpenStream order)
    {
        LinkStream stream;
        lock (_lock)
        {
            if (_lost is not null)
                throw new StreamBrokenException(_lost);
            if (_streams.Count >= MostAtOnce)
                throw new StreamBrokenException($"{MostAtOnce} streams are open on this link already.");
            order.StreamId = isServer ? ++_lastId : --_lastId;
            _streams[order.StreamId] = stream = new LinkStream(this, order.StreamId);
            _messages.Enqueue(order);
        }
        wake();
        return stream;
    }

    /// <summary>Takes a control message; false when it has nothing to do with streams.</summary>
    public bool Receive(LinkMessage message)
    {
        switch (message)
        {
            case OpenStream order:
                Accept(order);
                return true;
            case StreamOpened opened:
                Find(opened.StreamId)?.TakeOpened();
                return true;
            case StreamCredit credit:
                Find(credit.StreamId)?.TakeCredit(credit.Bytes);
                return true;
            case StreamClosed closed:
                Find(closed.StreamId)?.TakeClosed(closed);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes a piece of a stream. One that is over gets no more: the other side did not know yet.</summary>
    public void Receive(StreamFrame frame) => Find(frame.StreamId)?.TakeData(frame.Data.Span);

    /// <summary>The next thing to send: a control message, or a frame of <paramref name="length"/> bytes in the buffer. False when there is nothing now.</summary>
    /// <param name="frame">Takes a frame: <see cref="StreamFrame.HeaderSize"/> + <see cref="LinkProtocol.MaxStreamPiece"/> bytes at most.</param>
    /// <param name="length">Length of the frame; 0 with a message.</param>
    /// <param name="message">The message.</param>
    public bool TryTake(Span<byte> frame, out int length, out LinkMessage? message)
    {
        (length, message) = (0, null);
        while (true)
        {
            LinkStream? stream;
            lock (_lock)
            {
                if (_messages.TryDequeue(out message))
                    return true;
                if (!_ready.TryDequeue(out stream))
                    return false;
                stream.IsQueued = false;
            }
            var taken = stream.TakeOutgoing(frame[StreamFrame.HeaderSize..], out var hasMore);
            if (hasMore)
                Queue(stream);
            if (taken == 0)
                continue;
            StreamFrame.WriteHeader(frame, stream.Id);
            length = StreamFrame.HeaderSize + taken;
            return true;
        }
    }

    /// <summary>The link is lost: breaks every stream off, and every later one.</summary>
    /// <param name="error">A sentence for people.</param>
    public void End(string error)
    {
        LinkStream[] all;
        lock (_lock)
        {
            _lost ??= error;
            all = [.. _streams.Values];
        }
        foreach (var stream in all)
            stream.Break(error);
    }

    internal void Tell(LinkMessage message)
    {
        lock (_lock)
        {
            if (_lost is not null)
                return;
            _messages.Enqueue(message);
        }
        wake();
    }

    internal void Ready(LinkStream stream)
    {
        Queue(stream);
        wake();
    }

    internal void Forget(LinkStream stream)
    {
        lock (_lock)
            _streams.Remove(stream.Id);
    }

    private void Queue(LinkStream stream)
    {
        lock (_lock)
        {
            if (stream.IsQueued || _lost is not null)
                return;
            stream.IsQueued = true;
            _ready.Enqueue(stream);
        }
    }

    private LinkStream? Find(long id)
    {
        lock (_lock)
            return _streams.GetValueOrDefault(id);
    }

    private void Accept(OpenStream order)
    {
        LinkStream stream;
        lock (_lock)
        {
            if (_lost is not null || _streams.ContainsKey(order.StreamId))
                return;
            stream = new LinkStream(this, order.StreamId);
            if (_streams.Count < MostAtOnce && order.StreamId != 0 && order.StreamId < 0 == isServer)
                _streams[order.StreamId] = stream;
        }
        if (Find(order.StreamId) == stream)
            accepted(order, stream);
        else
            stream.Abort($"Stream {order.StreamId} was refused: {MostAtOnce} are open, or the id is not the other side's to give.");
    }
}
