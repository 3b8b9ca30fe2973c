using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Docker's HTTP API over its Unix socket. The version is pinned, so that a newer daemon means the same by every field; a daemon
/// that is too new for it says which one it needs at least, and gets that.
/// </summary>
internal sealed class DockerApi : IDisposable
{
    private const string Pinned = "1.41";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private string _version = Pinned;

    /// <summary>A client of the daemon at a socket. Nothing is connected yet.</summary>
    public DockerApi(string socketPath)
    {
        Socket = socketPath;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            // One connection each for what follows containers: their number is not Docker's to limit.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new Uri("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Path of the daemon's socket.</summary>
    public string Socket { get; }

    /// <summary>How paths of the API begin.</summary>
    public string VersionPath => $"v{_version}";

    /// <summary>The daemon's versions; takes on the lowest version of the API that it still speaks, if that is above ours.</summary>
    public async Task<DockerVersion> VersionAsync(CancellationToken cancellation)
    {
        using var reply = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "version"), cancellation);
        var version = await ReadAsync(reply, DockerJson.Default.DockerVersion, cancellation);
        _version = Version.TryParse(version.MinAPIVersion, out var least) && least > Version.Parse(Pinned) ? version.MinAPIVersion! : Pinned;
        return version;
    }

    /// <summary>A call whose reply is JSON.</summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    /// <exception cref="DockerGoneException">It does not answer.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var reply = await CallAsync(HttpMethod.Get, path, cancellation);
        return await ReadAsync(reply, type, cancellation);
    }

    /// <summary>A call without a body; its reply is read by whoever calls.</summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    /// <exception cref="DockerGoneException">It does not answer.</exception>
    public Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, CancellationToken cancellation) => CallAsync(method, path, body: null, cancellation);

    /// <summary>A call with a body.</summary>
    public Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(method, $"v{_version}/{path}") { Content = body }, cancellation);

    /// <summary>A call with Docker's header for a registry's credentials, which is the only place where they go. Docker answers when the registry does: the caller's patience counts.</summary>
    public Task<HttpResponseMessage> CallWithAuthAsync(HttpMethod method, string path, string? registryAuth, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, $"v{_version}/{path}");
        if (registryAuth is not null)
            request.Headers.Add("X-Registry-Auth", registryAuth);
        return SendAsync(request, cancellation, isSlow: true);
    }

    /// <summary>A JSON body.</summary>
    public static HttpContent Body<T>(T value, JsonTypeInfo<T> type)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return body;
    }

    /// <summary>What a reply says.</summary>
    /// <exception cref="DockerGoneException">It ended in the middle.</exception>
    public async Task<T> ReadAsync<T>(HttpResponseMessage reply, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await reply.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(stream, type, cancellation) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            throw new DockerGoneException(Socket, exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation, bool isSlow = false)
    {
        HttpResponseMessage reply;
        // A daemon that hangs before it answers is as good as gone; a reply that goes on for hours is none of this.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(isSlow || request.RequestUri!.OriginalString.Contains("/wait", StringComparison.Ordinal) || request.Content is PushContent ? Timeout.InfiniteTimeSpan : Patience);
        try
        {
            reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new DockerGoneException(Socket, exception.InnerException ?? exception);
        }
        finally
        {
            request.Dispose();
        }
        if (reply.IsSuccessStatusCode || reply.StatusCode == HttpStatusCode.NotModified)
            return reply;
        using (reply)
            throw new DockerException(reply.StatusCode, await MessageOfAsync(reply, cancellation));
    }

    private async Task<string> MessageOfAsync(HttpResponseMessage reply, CancellationToken cancellation)
    {
        try
        {
            return (await ReadAsync(reply, DockerJson.Default.DockerError, cancellation)).Message ?? $"HTTP {(int)reply.StatusCode}";
        }
        catch (DockerGoneException)
        {
            return $"HTTP {(int)reply.StatusCode}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
