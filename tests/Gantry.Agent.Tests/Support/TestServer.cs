using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Tests.Support;

/// <summary>The server's side of the link, as small as it can be: keeps what the agent tells, and gives credit for what it took.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebSocket _socket;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Dictionary<Guid, ObservedJob> _observed = [];
    private readonly Dictionary<Guid, ReceivedLog> _logs = [];
    private readonly List<(Guid Job, ObservedState State, long LogReceived)> _history = [];
    private readonly bool _givesCredit;
    private readonly Func<string> _agentLog;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _receiving = Task.CompletedTask;
    private Exception? _failure;
    private Exception? _over;

    private TestServer(WebSocket socket, Guid id, bool givesCredit, Func<string> agentLog)
    {
        (_socket, Id, _givesCredit, _agentLog) = (socket, id, givesCredit, agentLog);
        Streams = new LinkStreams(isServer: true, () => _ = SendStreamsAsync(), (_, stream) => stream.Abort("Nothing is served here."));
    }

    public Guid Id { get; }
    public LinkStreams Streams { get; }
    public AgentHello Hello { get; private set; } = null!;
    /// <summary>The full set that the agent began with.</summary>
    public ObservedJobs First { get; private set; } = null!;
    public JobSamples? Samples { get; private set; }
    /// <summary>The lease that it grants whenever it is asked, zero for one that says nothing; null for a server that knows of none.</summary>
    public TimeSpan? Lease { get; set; }
    /// <summary>What the agent asked for its lease with, in order.</summary>
    public List<long> Askings { get; } = [];
    /// <summary>All that was said of volumes on this connection.</summary>
    public IReadOnlyList<ObservedVolume> Volumes { get; private set; } = [];
    public bool IsClosed => _receiving.IsCompleted;

    public static async Task<TestServer> ConnectAsync(
        string spool, Func<string> agentLog, Guid? id = null, bool givesCredit = true, bool takesStreams = false, TimeSpan? lease = null)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(spool)));
        var server = new TestServer(
            WebSocket.CreateFromStream(new NetworkStream(socket, true), new WebSocketCreationOptions { IsServer = false }), id ?? Guid.NewGuid(), givesCredit, agentLog);
        server.Lease = lease;
        await server.SendAsync(new ServerHello
        {
            Protocol = 1,
            ServerId = server.Id,
            Build = "test",
            Features = [.. takesStreams ? [LinkProtocol.StreamsFeature] : Array.Empty<string>(), .. lease is null ? Array.Empty<string>() : [LinkProtocol.LeasesFeature]],
        });
        server._receiving = Task.Run(async () =>
        {
            try
            {
                await server.ReceiveAsync();
            }
            catch (Exception exception)
            {
                server._failure = exception;
            }
            server.Changed();
        });
        await server.Until(() => server.First is not null, "the agent's hello");
        return server;
    }

    public JobOrder Order(string script, Guid? id = null, Action<Dictionary<string, string>>? env = null)
    {
        var variables = new Dictionary<string, string>();
        env?.Invoke(variables);
        return new JobOrder
        {
            JobId = id ?? Guid.NewGuid(),
            ServerId = Id,
            ProjectName = "main",
            RunName = "run",
            JobName = "run-0-0",
            Command = ["/bin/sh", "-c", script],
            Env = variables,
        };
    }

    public Task WantAsync(params IEnumerable<JobOrder> orders) =>
        SendAsync(new WantJobs { Jobs = [.. orders.Select(o => new WantedJob { JobId = o.JobId, Order = o })] });

    /// <summary>Wants jobs again after a reconnect.</summary>
    public Task WantAgainAsync(params (Guid Job, long Offset)[] jobs) =>
        SendAsync(new WantJobs { Jobs = [.. jobs.Select(j => new WantedJob { JobId = j.Job, LogOffset = j.Offset })] });

    public Task StopAsync(Guid job, double? grace) => SendAsync(new StopJob { JobId = job, ServerId = Id, GraceSeconds = grace });

    public Task ForgetAsync(Guid job) => SendAsync(new ForgetJob { JobId = job, ServerId = Id });

    public async Task<Guid> StartAsync(string script, Action<Dictionary<string, string>>? env = null, bool leased = false)
    {
        var order = Order(script, env: env) with { Leased = leased };
        await WantAsync(order);
        return order.JobId;
    }

    public ObservedJob? Observed(Guid job)
    {
        lock (_lock)
            return _observed.GetValueOrDefault(job);
    }

    /// <summary>The states that a job was told in, with the bytes of log that had come before each.</summary>
    public IReadOnlyList<(ObservedState State, long LogReceived)> History(Guid job)
    {
        lock (_lock)
            return [.. _history.Where(h => h.Job == job).Select(h => (h.State, h.LogReceived))];
    }

    public ReceivedLog Log(Guid job)
    {
        lock (_lock)
            return _logs.TryGetValue(job, out var log) ? log : _logs[job] = new ReceivedLog();
    }

    public string Text(Guid job)
    {
        lock (_lock)
            return _logs.TryGetValue(job, out var log) ? log.Text : "";
    }

    public async Task<ObservedJob> UntilEndedAsync(Guid job, TimeSpan? patience = null)
    {
        await Until(() => Observed(job)?.State is not (null or ObservedState.Accepted or ObservedState.Running), $"the end of job {job}", patience);
        return Observed(job)!;
    }

    public async Task<ObservedJob> UntilRunningAsync(Guid job)
    {
        await Until(() => Observed(job)?.State is not (null or ObservedState.Accepted), $"job {job} to run");
        return Observed(job)!;
    }

    public Task UntilLoggedAsync(Guid job, string text) => Until(() => Text(job).Contains(text, StringComparison.Ordinal), $"'{text}' in the log");

    public Task UntilClosedAsync() => _receiving.WaitAsync(Patience);

    public async Task Until(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
                changed = _changed.Task;
            if (condition())
                return;
            Assert.True(_failure is null, _failure?.ToString());
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"waited too long for {what}; observed: {string.Join(", ", _observed.Values)}");
            }
        }
    }

    public async Task SendAsync(LinkMessage message)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage);
        await SendTextAsync(bytes);
    }

    public async Task SendTextAsync(byte[] bytes)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (WebSocketException exception)
        {
            throw new InvalidOperationException($"The agent's connection is over ({_over}). Its log:\n{_agentLog()}", exception);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task SendStreamsAsync()
    {
        await _sending.WaitAsync();
        try
        {
            var frame = new byte[StreamFrame.HeaderSize + LinkProtocol.MaxStreamPiece];
            while (Streams.TryTake(frame, out var length, out var message))
            {
                var text = message is null ? null : JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage);
                await _socket.SendAsync(text ?? frame.AsMemory(0, length), text is null ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Streams.End("The agent's connection is over.");
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            }
            catch (Exception exception) when (exception is WebSocketException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                _over = exception;
                return;
            }
            if (part.MessageType == WebSocketMessageType.Close)
                return;
            length += part.Count;
            if (!part.EndOfMessage)
                continue;
            if (part.MessageType == WebSocketMessageType.Binary && StreamFrame.Read(buffer.AsMemory(0, length)) is { } piece)
                Streams.Receive(piece);
            else if (part.MessageType == WebSocketMessageType.Binary)
                await TakeLogAsync(LogFrame.Read(buffer.AsMemory(0, length))!.Value);
            else
                Take(JsonSerializer.Deserialize(buffer.AsSpan(0, length), LinkJson.Default.LinkMessage)!);
            length = 0;
            Changed();
        }
    }

    private async Task TakeLogAsync(LogFrame frame)
    {
        lock (_lock)
            Log(frame.JobId).Add(frame);
        if (_givesCredit)
            await SendAsync(new LogCredit { Bytes = frame.Data.Length, JobId = frame.JobId, StoredOffset = frame.Offset + frame.Data.Length });
    }

    private void Take(LinkMessage message)
    {
        if (Streams.Receive(message))
            return;
        lock (_lock)
        {
            switch (message)
            {
                case AgentHello hello:
                    Hello = hello;
                    if (hello.LeaseAsked is { } first)
                        Answer(first);
                    break;
                case AskLease ask:
                    Answer(ask.Asked);
                    break;
                case JobSamples samples:
                    Samples = samples;
                    break;
                case ObservedVolumes volumes:
                    Volumes = [.. Volumes, .. volumes.Volumes];
                    break;
                case ObservedJobs observed:
                    foreach (var job in observed.Jobs)
                    {
                        _observed[job.JobId] = job;
                        _history.Add((job.JobId, job.State, _logs.GetValueOrDefault(job.JobId)?.Length ?? 0));
                    }
                    if (observed.Full)
                        First = observed;
                    break;
            }
        }
    }

    private void Answer(long asked)
    {
        Askings.Add(asked);
        if (Lease is { } lease && lease > TimeSpan.Zero)
            _ = GrantAsync(asked, lease);
    }

    /// <summary>Grants a lease as if it was asked for then.</summary>
    public Task GrantAsync(long asked, TimeSpan lease) => SendAsync(new GrantLease { Asked = asked, Seconds = lease.TotalSeconds });

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_lock)
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        Streams.End("The test has ended its connection.");
        _socket.Dispose();
    }
}

/// <summary>What came of a job's log: its length and hash, and the bytes themselves as long as they are few.</summary>
internal sealed class ReceivedLog
{
    private const int Kept = 1 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte> _bytes = [];

    /// <summary>Offset of the first byte that came.</summary>
    public long? Start { get; private set; }
    public long Next { get; private set; }
    public long Length { get; private set; }
    public string Text => System.Text.Encoding.UTF8.GetString(_bytes.ToArray());
    public byte[] Bytes => _bytes.ToArray();
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());
    public DateTimeOffset LastReadAt { get; private set; }

    public void Add(LogFrame frame)
    {
        if (Start is not null)
            Assert.Equal(Next, frame.Offset);
        Start ??= frame.Offset;
        Next = frame.Offset + frame.Data.Length;
        Length += frame.Data.Length;
        LastReadAt = frame.ReadAt;
        _hash.AppendData(frame.Data.Span);
        if (_bytes.Count < Kept)
            _bytes.AddRange(frame.Data.Span);
    }
}
