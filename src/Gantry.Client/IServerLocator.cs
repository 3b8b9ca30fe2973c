namespace Gantry.Client;

/// <summary>A handler that knows only when asked where its server is.</summary>
public interface IServerLocator
{
    /// <summary>The server's URL and the token for it.</summary>
    /// <exception cref="HttpRequestException">There is none, and none could be started.</exception>
    Task<(Uri Url, string Token)> LocateAsync(CancellationToken cancellation);
}
