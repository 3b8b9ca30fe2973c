using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Tests;

public sealed class ForwardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Port_BytesGoBothWays_WhileALogFlowsBesideIt()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(takesStreams: true);
        using var listener = Listen();
        var echo = EchoAsync(listener);
        var job = await server.StartAsync("head -c 30000000 /dev/zero | tr '\\0' x; exec sleep 60");
        await server.UntilRunningAsync(job);
        var data = RandomNumberGenerator.GetBytes(8 << 20);

        await using var stream = server.Streams.Open(new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = Port(listener) });
        var sending = Task.Run(async () =>
        {
            await stream.WriteAsync(data);
            stream.CompleteWrites();
        });
        var got = new MemoryStream();
        await stream.CopyToAsync(got).WaitAsync(Patience);
        await sending;
        await echo;

        Assert.Equal(data, got.ToArray());
        await server.Until(() => server.Log(job).Length == 30_000_000, "the whole log");
    }

    [Fact]
    public async Task SshConnection_WithoutASession_EndsWithItsJob()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/sshd"), "Needs sshd (openssh-server).");
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(takesStreams: true);
        var job = await server.StartAsync("exec sleep 600");
        await server.UntilRunningAsync(job);
        await using var stream = server.Streams.Open(new OpenStream { Kind = StreamKinds.Attach, JobId = job, AuthorizedKeys = ["ssh-ed25519 AAAA"] });
        var buffer = new byte[256];
        var greeting = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
        Assert.StartsWith("SSH-2.0-", System.Text.Encoding.ASCII.GetString(buffer, 0, greeting), StringComparison.Ordinal);

        await server.StopAsync(job, 0);

        var broken = await Assert.ThrowsAsync<StreamBrokenException>(async () =>
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) > 0)
            {
            }
        });
        Assert.Equal("The job has ended.", broken.Message);
    }

    [Fact]
    public async Task ReaderThatStopsReading_TheAgentTakesOrdersAllTheSame()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(takesStreams: true);
        using var listener = Listen();
        var job = await server.StartAsync("exec sleep 60");
        await server.UntilRunningAsync(job);
        await using var stuck = server.Streams.Open(new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = Port(listener) });
        using var flood = await listener.AcceptAsync();
        var flooding = FloodAsync(flood);

        Assert.Equal(0, (await server.UntilEndedAsync(await server.StartAsync("echo beside"))).ExitStatus);

        Assert.False(flooding.IsCompleted);
        await stuck.DisposeAsync();
        await flooding.WaitAsync(Patience);
    }

    [Fact]
    public async Task ServerGone_InTheMiddle_ResetsTheJobsConnection_AndTheAgentGoesOn()
    {
        await using var agent = await TestAgent.StartAsync();
        using var listener = Listen();
        Socket accepted;
        Guid id;
        await using (var server = await agent.ConnectAsync(takesStreams: true))
        {
            id = server.Id;
            var job = await server.StartAsync("exec sleep 60");
            await server.UntilRunningAsync(job);
            var stream = server.Streams.Open(new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = Port(listener) });
            accepted = await listener.AcceptAsync();
            await stream.OpenedAsync(CancellationToken.None);
        }

        using (accepted)
        {
            var broken = await Assert.ThrowsAsync<SocketException>(() => accepted.ReceiveAsync(new byte[1]).WaitAsync(Patience));
            Assert.Equal(SocketError.ConnectionReset, broken.SocketErrorCode);
        }
        await using var again = await agent.ConnectAsync(id);
        Assert.Equal(0, (await again.UntilEndedAsync(await again.StartAsync("true"))).ExitStatus);
    }

    [Fact]
    public async Task WhatCannotBeOpened_IsRefusedWithASentence()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(takesStreams: true);
        await using var other = await agent.ConnectAsync(takesStreams: true);
        var job = await server.StartAsync("exec sleep 60");
        await server.UntilRunningAsync(job);
        int closed;
        using (var listener = Listen())
            closed = ((IPEndPoint)listener.LocalEndPoint!).Port;

        Assert.Contains("no streams of kind 'teleport'", await RefusalAsync(server, new OpenStream { Kind = "teleport" }));
        Assert.Contains("'http' is no port", await RefusalAsync(server, new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = "http" }));
        Assert.Contains($"port {closed}", await RefusalAsync(server, new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = $"{closed}" }));
        Assert.Contains("has no job", await RefusalAsync(other, new OpenStream { Kind = StreamKinds.Forward, JobId = job, Target = "80" }));
        Assert.Contains("has no job", await RefusalAsync(server, new OpenStream { Kind = StreamKinds.Forward, JobId = Guid.NewGuid(), Target = "80" }));
    }

    [Fact]
    public async Task ServerOfTheFirstProtocol_IsToldOfTheFeature_AndSentNothingOfIt()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        Assert.Equal(0, (await server.UntilEndedAsync(await server.StartAsync("echo out"))).ExitStatus);

        Assert.Contains(LinkProtocol.StreamsFeature, server.Hello.Features);
        Assert.Equal(0, server.Streams.Count);
    }

    private static async Task<string> RefusalAsync(TestServer server, OpenStream order) =>
        (await Assert.ThrowsAsync<StreamBrokenException>(() => server.Streams.Open(order).OpenedAsync(CancellationToken.None).WaitAsync(Patience))).Message;

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static string Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task EchoAsync(Socket listener)
    {
        using var socket = await listener.AcceptAsync();
        using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(stream);
        socket.Shutdown(SocketShutdown.Send);
    }

    // Until the other side is gone.
    private static async Task FloodAsync(Socket socket)
    {
        try
        {
            while (true)
                await socket.SendAsync(new byte[64 << 10]);
        }
        catch (SocketException)
        {
            // The end that was waited for.
        }
    }
}
