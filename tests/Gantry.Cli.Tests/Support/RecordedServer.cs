using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gantry.Cli.Tests.Support;

/// <summary>A real HTTP server that gives prepared answers, and keeps what it was asked.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Dictionary<string, Func<HttpContext, Task>> answers = [];

    private RecordedServer(WebApplication app) => this.app = app;

    public string Url { get; private set; } = "";
    public ConcurrentQueue<(string Path, string Body, string? Authorization)> Requests { get; } = [];

    public static async Task<RecordedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new RecordedServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = app.Urls.First();
        return server;
    }

    public void Answer(string path, string json, int status = 200) => answers[path] = async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    };

    /// <summary>Server-sent events, one reply for each request in turn; a reply that lacks its last event breaks off.</summary>
    public void AnswerEvents(string path, params string[] replies)
    {
        var next = -1;
        answers[path] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)]);
        };
    }

    /// <summary>Cuts the connection of the first request, and answers the others.</summary>
    public void BreakFirst(string path, string json)
    {
        var count = 0;
        answers[path] = async context =>
        {
            if (Interlocked.Increment(ref count) == 1)
                context.Abort();
            else
                await context.Response.WriteAsync(json);
        };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        Requests.Enqueue((context.Request.Path + context.Request.QueryString, await reader.ReadToEndAsync(), context.Request.Headers.Authorization));
        if (answers.TryGetValue(context.Request.Path, out var answer))
        {
            await answer(context);
            return;
        }
        context.Response.StatusCode = 404;
        await context.Response.WriteAsync("""{"detail":{"msg":"Not found","code":null}}""");
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
