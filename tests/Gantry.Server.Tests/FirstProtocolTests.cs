using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;
using Gantry.Server.Agents;
using Gantry.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>An agent of the first protocol, as it spoke when it was released (Protocol/agent-v1.jsonl, which never changes), against this server.</summary>
public sealed class FirstProtocolTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string home = Directory.CreateTempSubdirectory("gantry-p1-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private ServerHome? heldHome;
    private ServerApp? app;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        heldHome = new ServerHome(home);
        Assert.True(heldHome.TryLock());
        Directory.CreateDirectory(heldHome.AgentSpool);
        listener.Bind(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(heldHome.AgentSpool)));
        listener.Listen();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        listener.Dispose();
        heldHome?.Dispose();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task RecordedAgent_RunsAJobToItsEnd_AndIsNeverSentAStream()
    {
        var recorded = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Protocol", "agent-v1.jsonl"), Cancelled);
        var starting = ServerApp.StartAsync(new ServerOptions { Home = home, Port = 0, Token = RunningServer.AdminToken, Embedded = true, LogLevel = Microsoft.Extensions.Logging.LogLevel.Error }, heldHome!);
        using var agent = WebSocket.CreateFromStream(new NetworkStream(await listener.AcceptAsync(Cancelled), true), new WebSocketCreationOptions { IsServer = true });
        var hello = Assert.IsType<ServerHello>(await ReceiveAsync(agent));
        await SendAsync(agent, recorded[0]);
        await SendAsync(agent, recorded[1]);
        app = await starting;
        using var http = new HttpClient { BaseAddress = new Uri(app.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunningServer.AdminToken);
        await CallAsync(http, "apply", """{"plan":{"run_spec":{"run_name":"first","configuration":{"type":"task","name":"first","commands":["echo hello from 1"]}}},"force":true}""");

        // The whole set first, which may be empty.
        JobOrder? found = null;
        while (found is null)
            found = Assert.IsType<WantJobs>(await ReceiveAsync(agent)).Jobs.SingleOrDefault()?.Order;
        var order = found;
        var streams = app.Web.Services.GetRequiredService<AgentStreams>();
        var instance = app.Web.Services.GetRequiredService<Changes.Ledger>().Read(db => db.Instances.Single().Id);
        var refused = await Assert.ThrowsAsync<StreamBrokenException>(() => streams.OpenAsync(instance, new OpenStream { Kind = StreamKinds.Exec, JobId = order.JobId }, Cancelled));
        foreach (var line in recorded[2..])
        {
            var said = line.Replace("JOB", $"{order.JobId}", StringComparison.Ordinal).Replace("SERVER", $"{hello.ServerId}", StringComparison.Ordinal);
            if (said.StartsWith("LOG ", StringComparison.Ordinal))
                await SendLogAsync(agent, order.JobId, said[4..] + "\n");
            else
                await SendAsync(agent, said);
        }

        // What ends the exchange is the server's word that the end is stored; whatever came before it was of the first protocol, too.
        var heard = new List<LinkMessage>();
        while (heard.LastOrDefault() is not ForgetJob)
            heard.Add(await ReceiveAsync(agent));
        Assert.All(heard, message => Assert.True(message is ForgetJob or LogCredit or WantJobs, message.GetType().Name));
        Assert.Contains("node-1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Update the agent", refused.Message, StringComparison.Ordinal);
        Assert.Equal("done", (string)(await CallAsync(http, "get", """{"run_name":"first"}"""))["status"]!);
    }

    private static async Task<JsonNode> CallAsync(HttpClient http, string what, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await http.PostAsync($"/api/project/main/runs/{what}", content, Cancelled);
        var text = await reply.Content.ReadAsStringAsync(Cancelled);
        Assert.True(reply.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task SendAsync(WebSocket agent, string text) =>
        await agent.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, true, Cancelled);

    private static async Task SendLogAsync(WebSocket agent, Guid jobId, string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        var frame = new byte[LogFrame.HeaderSize + data.Length];
        LogFrame.WriteHeader(frame, jobId, 0, DateTimeOffset.Parse("2026-01-02T03:04:06Z", System.Globalization.CultureInfo.InvariantCulture));
        data.CopyTo(frame, LogFrame.HeaderSize);
        await agent.SendAsync(frame.AsMemory(), WebSocketMessageType.Binary, true, Cancelled);
    }

    private static async Task<LinkMessage> ReceiveAsync(WebSocket agent)
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        while (true)
        {
            var part = await agent.ReceiveAsync(buffer.AsMemory(length), Cancelled).AsTask().WaitAsync(Patience, Cancelled);
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            length += part.Count;
            if (part.EndOfMessage)
                return JsonSerializer.Deserialize(buffer.AsSpan(0, length), LinkJson.Default.LinkMessage)!;
        }
    }
}
