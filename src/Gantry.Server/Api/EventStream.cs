using System.Buffers;
using System.Text;
using Gantry.Server.Changes;

namespace Gantry.Server.Api;

/// <summary>A reply of server-sent events. Disposing it sends what is left.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private readonly HttpContext context;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ending;

    private EventStream(HttpContext context)
    {
        this.context = context;
        time = context.RequestServices.GetRequiredService<TimeProvider>();
        // A server that stops does not wait for those who follow.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
    }

    public static async Task<EventStream> BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()?.DisableBuffering();
        var stream = new EventStream(context);
        await context.Response.StartAsync(stream.ending.Token);
        await context.Response.BodyWriter.FlushAsync(stream.ending.Token);
        return stream;
    }

    /// <summary>Sends one event. The data must not hold a line break.</summary>
    public async Task SendAsync(string name, ReadOnlyMemory<byte> data, string? id = null)
    {
        var writer = context.Response.BodyWriter;
        Encoding.ASCII.GetBytes(id is null ? $"event: {name}\ndata: " : $"event: {name}\nid: {id}\ndata: ", writer);
        writer.Write(data.Span);
        writer.Write("\n\n"u8);
        await writer.FlushAsync(ending.Token);
    }

    /// <summary>Waits until the signal is set, telling the other side now and then that the stream is alive.</summary>
    public async Task WaitAsync(Signal signal)
    {
        while (!await signal.WaitAsync(KeepAlive, time, ending.Token))
        {
            context.Response.BodyWriter.Write(": \n\n"u8);
            await context.Response.BodyWriter.FlushAsync(ending.Token);
        }
    }

    public ValueTask DisposeAsync()
    {
        ending.Dispose();
        return ValueTask.CompletedTask;
    }
}
