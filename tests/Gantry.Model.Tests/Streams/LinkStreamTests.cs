using System.Security.Cryptography;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Model.Tests.Streams;

public sealed class LinkStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyStreams_RandomSizesBothWays_EveryByteArrives()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var work = new List<Task>();
        for (var i = 0; i < 24; i++)
        {
            var (near, far) = await pair.OpenAsync();
            work.Add(SendAndCompareAsync(near, far, seed: i));
            work.Add(SendAndCompareAsync(far, near, seed: 1000 + i));
        }

        await Task.WhenAll(work).WaitAsync(Patience, Cancelled);

        await Until(() => pair.Server.Streams.Count == 0 && pair.Agent.Streams.Count == 0);
    }

    [Fact]
    public async Task BothSides_OpenAtOnce_GetStreamsOfTheirOwn()
    {
        await using var pair = await StreamPair.ConnectAsync();

        var fromServer = pair.Server.Streams.Open(new OpenStream { Kind = "a", Target = "8501", JobId = Guid.NewGuid() });
        var fromAgent = pair.Agent.Streams.Open(new OpenStream { Kind = "b" });
        var (orderAtAgent, atAgent) = await pair.Agent.Accepted.Reader.ReadAsync(Cancelled);
        var (orderAtServer, atServer) = await pair.Server.Accepted.Reader.ReadAsync(Cancelled);

        Assert.Equal(("a", "8501", "b"), (orderAtAgent.Kind, orderAtAgent.Target, orderAtServer.Kind));
        await fromServer.WriteAsync(new byte[] { 1 }, Cancelled);
        await fromAgent.WriteAsync(new byte[] { 2 }, Cancelled);
        Assert.Equal((1, 2), (await ReadByteAsync(atAgent), await ReadByteAsync(atServer)));
    }

    [Fact]
    public async Task Reader_ThatDoesNotRead_StopsItsWriterAtTheCredit_AndNobodyElse()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (slow, unread) = await pair.OpenAsync();
        var (quick, read) = await pair.OpenAsync();
        var data = RandomNumberGenerator.GetBytes(2 << 20);

        var stuck = slow.WriteAsync(data, Cancelled).AsTask();
        await SendAndCompareAsync(quick, read, seed: 5).WaitAsync(Patience, Cancelled);
        pair.Server.Send(new ForgetJob { JobId = Guid.NewGuid(), ServerId = Guid.NewGuid() });
        Assert.IsType<ForgetJob>(await pair.Agent.Control.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(Patience, Cancelled));

        Assert.False(stuck.IsCompleted);
        Assert.Equal(LinkProtocol.InitialStreamCredit, pair.Agent.Received[slow.Id]);
        var got = new byte[data.Length];
        await unread.ReadExactlyAsync(got, Cancelled);
        await stuck;
        Assert.Equal(data, got);
    }

    [Fact]
    public async Task MoreThanTheCredit_BreaksTheStreamOff()
    {
        LinkStream? accepted = null;
        var streams = new LinkStreams(isServer: false, () => { }, (_, stream) => accepted = stream);
        streams.Receive(new OpenStream { StreamId = 1, Kind = "test" });

        streams.Receive(new StreamFrame(1, new byte[LinkProtocol.InitialStreamCredit]));
        streams.Receive(new StreamFrame(1, new byte[1]));

        Assert.True(streams.TryTake(new byte[64 << 10], out _, out var message));
        Assert.Contains("credit", Assert.IsType<StreamClosed>(message).Error);
        var got = new byte[LinkProtocol.InitialStreamCredit];
        await accepted!.ReadExactlyAsync(got, Cancelled);
        await Assert.ThrowsAsync<StreamBrokenException>(() => ReadByteAsync(accepted));
    }

    [Fact]
    public async Task HalfClose_TheOtherDirectionGoesOn()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (near, far) = await pair.OpenAsync();

        await near.WriteAsync("question"u8.ToArray(), Cancelled);
        near.CompleteWrites();
        var question = await ReadAllAsync(far);
        await far.WriteAsync("answer"u8.ToArray(), Cancelled);
        far.CompleteWrites();

        Assert.Equal("question"u8.ToArray(), question);
        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(near));
        await Until(() => pair.Server.Streams.Count == 0 && pair.Agent.Streams.Count == 0);
        Assert.False(near.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Dispose_WhatWasWrittenArrives_TheOthersWritesFail()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (near, far) = await pair.OpenAsync();

        await near.WriteAsync(new byte[100_000], Cancelled);
        await near.DisposeAsync();

        Assert.Equal(100_000, (await ReadAllAsync(far)).Length);
        await Until(() => far.Ended.IsCancellationRequested);
        var broken = await Assert.ThrowsAsync<StreamBrokenException>(() => far.WriteAsync(new byte[1], Cancelled).AsTask());
        Assert.Contains("other side", broken.Message);
        await Until(() => pair.Server.Streams.Count == 0 && pair.Agent.Streams.Count == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_FromEitherSide_TellsBothWhy(bool byServer)
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (near, far) = await pair.OpenAsync();
        var (one, other) = byServer ? (near, far) : (far, near);
        var write = one.WriteAsync(new byte[2 << 20], Cancelled).AsTask();
        var read = DrainAsync(other);

        one.Abort("The disk is full.");

        Assert.Equal("The disk is full.", (await Assert.ThrowsAsync<StreamBrokenException>(() => write)).Message);
        Assert.Equal("The disk is full.", (await Assert.ThrowsAsync<StreamBrokenException>(() => read.WaitAsync(Patience, Cancelled))).Message);
        await Until(() => pair.Server.Streams.Count == 0 && pair.Agent.Streams.Count == 0);
    }

    [Fact]
    public async Task Refused_OpenedFailsWithTheSentence()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var near = pair.Server.Streams.Open(new OpenStream { Kind = "test" });
        await near.WriteAsync(new byte[10], Cancelled);
        var (_, far) = await pair.Agent.Accepted.Reader.ReadAsync(Cancelled);

        far.Abort("There is no such port.");

        Assert.Equal("There is no such port.", (await Assert.ThrowsAsync<StreamBrokenException>(() => near.OpenedAsync(Cancelled).WaitAsync(Patience, Cancelled))).Message);
    }

    [Fact]
    public async Task LinkLost_InTheMiddle_EveryStreamSaysSo()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (near, far) = await pair.OpenAsync();
        var (idle, _) = await pair.OpenAsync();
        var writing = WriteForEverAsync(near);
        var reading = DrainAsync(far);
        await Until(() => pair.Agent.Received.GetValueOrDefault(near.Id) > 1 << 20);

        pair.Cut();

        foreach (var task in new[] { writing, reading, ReadByteAsync(idle) })
            Assert.Equal("The link was lost.", (await Assert.ThrowsAsync<StreamBrokenException>(() => task.WaitAsync(Patience, Cancelled))).Message);
        Assert.Equal("The link was lost.", Assert.Throws<StreamBrokenException>(() => pair.Server.Streams.Open(new OpenStream { Kind = "test" })).Message);
    }

    [Fact]
    public async Task Write_Cancelled_BreaksTheStreamOff()
    {
        await using var pair = await StreamPair.ConnectAsync();
        var (near, far) = await pair.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        var write = near.WriteAsync(new byte[2 << 20], cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.Contains("middle of a write", (await Assert.ThrowsAsync<StreamBrokenException>(() => DrainAsync(far).WaitAsync(Patience, Cancelled))).Message);
    }

    [Theory]
    [InlineData(1, "an agent's")]
    [InlineData(0, "nobody's")]
    public void Id_ThatIsNotTheOtherSidesToGive_IsRefused(long id, string whose)
    {
        var accepted = false;
        var server = new LinkStreams(isServer: true, () => { }, (_, _) => accepted = true);

        server.Receive(new OpenStream { StreamId = id, Kind = "test" });

        Assert.False(accepted, whose);
        Assert.True(server.TryTake(new byte[64 << 10], out _, out var message));
        Assert.NotNull(Assert.IsType<StreamClosed>(message).Error);
    }

    private static async Task SendAndCompareAsync(LinkStream writer, LinkStream reader, int seed)
    {
        var random = new Random(seed);
        var data = new byte[random.Next(1, 3 << 20)];
        random.NextBytes(data);
        var writing = Task.Run(async () =>
        {
            var sizes = new Random(seed + 1);
            for (var at = 0; at < data.Length;)
            {
                var size = Math.Min(data.Length - at, sizes.Next(1, 200_000));
                await writer.WriteAsync(data.AsMemory(at, size));
                at += size;
            }
            writer.CompleteWrites();
        });
        var got = await ReadAllAsync(reader);
        await writing;
        Assert.Equal(data, got);
    }

    private static async Task<byte[]> ReadAllAsync(LinkStream stream)
    {
        var all = new MemoryStream();
        var sizes = new Random(7);
        var buffer = new byte[100_000];
        while (await stream.ReadAsync(buffer.AsMemory(0, sizes.Next(1, buffer.Length))) is > 0 and var length)
            all.Write(buffer, 0, length);
        return all.ToArray();
    }

    private static async Task DrainAsync(LinkStream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    private static async Task WriteForEverAsync(LinkStream stream)
    {
        var buffer = new byte[100_000];
        while (true)
            await stream.WriteAsync(buffer);
    }

    private static async Task<int> ReadByteAsync(LinkStream stream)
    {
        var buffer = new byte[1];
        return await stream.ReadAsync(buffer) == 1 ? buffer[0] : -1;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }
}
