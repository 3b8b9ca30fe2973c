using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Server.Agents;

namespace Gantry.Server.Tests;

public sealed class LinkSocketTests
{
    [Fact(Timeout = 30_000)]
    public async Task Receive_SmallAndLargeMessagesInTurns_GivesEachAsItWasSent()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var dialled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await dialled.ConnectAsync(listener.LocalEndPoint!, cancellation);
        await using var near = new NetworkStream(dialled);
        await using var far = new NetworkStream(await listener.AcceptAsync(cancellation), ownsSocket: true);
        using var link = new LinkSocket(near);
        using var agent = WebSocket.CreateFromStream(far, new WebSocketCreationOptions { IsServer = true });
        // Grows, shrinks after enough small ones, and grows again.
        int[] lengths = [1, 5_000, 200_000, .. Enumerable.Repeat(10, 20), 4_000, 70_000, .. Enumerable.Repeat(3_000, 17), 300_000, 1];

        var sending = Task.Run(async () =>
        {
            foreach (var length in lengths)
                await agent.SendAsync(JsonSerializer.SerializeToUtf8Bytes(Observed(length), LinkJson.Default.LinkMessage).AsMemory(), WebSocketMessageType.Text, true, cancellation);
        }, cancellation);
        var received = new List<string>();
        for (var i = 0; i < lengths.Length; i++)
            received.Add(Assert.Single(Assert.IsType<ObservedJobs>((await link.ReceiveAsync(cancellation)).Control).Jobs).RunName);
        await sending;

        Assert.Equal(lengths.Select(Name), received);
    }

    private static string Name(int length) => new((char)('a' + (length % 26)), length);

    private static ObservedJobs Observed(int length) => new ObservedJobs
    {
        Jobs = [new ObservedJob { JobId = Guid.Empty, ServerId = Guid.Empty, ProjectName = "p", RunName = Name(length), JobName = "j", State = ObservedState.Running }],
    };
}
