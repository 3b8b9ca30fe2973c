using System.Net;
using System.Net.Http.Headers;
using Gantry.Client;

namespace Gantry.Cli.Embedded;

/// <summary>Carries requests to the embedded server wherever it is, and starts it when it is not there.</summary>
/// <remarks>The address in server.json is used as it is: asking first whether the server lives would be a round trip of every command. Only when a request
/// finds nobody there, or someone who is no Gantry server of this home, or a server that dies, is that looked into; then the same request is sent
/// once more, unless it is one that would do something else the second time.</remarks>
internal sealed class EmbeddedHandler(EmbeddedServer server) : HttpMessageHandler, IServerLocator
{
    /// <summary>Stands for the embedded server in requests; replaced by where it is.</summary>
    public static readonly Uri Placeholder = new("http://127.0.0.1/");

    private readonly HttpMessageInvoker loopback = new(new LoopbackHandler());
    private (Uri Url, AuthenticationHeaderValue Token)? target;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var isFirst = target is null;
        target ??= Target(await server.FindAsync(cancellationToken));
        try
        {
            var response = await SendToTargetAsync(request, path, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed) || server.IsAlive)
                return response;
            response.Dispose();
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError || (MayRepeat(path) && !server.IsAlive))
        {
            // Nobody listens there any more: look, and start a server if there is none.
        }
        target = Target(await server.EnsureAsync(anyBuild: !isFirst, cancellationToken));
        return await SendToTargetAsync(request, path, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<(Uri Url, string Token)> LocateAsync(CancellationToken cancellation)
    {
        var (url, token) = Target(await server.EnsureAsync(anyBuild: target is not null, cancellation));
        return (url, token.Parameter!);
    }

    private static bool MayRepeat(string path) => !path.EndsWith("/runs/apply", StringComparison.Ordinal) && !path.EndsWith("/runs/delete", StringComparison.Ordinal);

    private Task<HttpResponseMessage> SendToTargetAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(target!.Value.Url, path);
        request.Headers.Authorization = target.Value.Token;
        return loopback.SendAsync(request, cancellationToken);
    }

    private (Uri, AuthenticationHeaderValue) Target(ServerAddress address) =>
        (new Uri(address.Url), new AuthenticationHeaderValue("Bearer", server.Folder.ReadToken()));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            loopback.Dispose();
        base.Dispose(disposing);
    }
}
