using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Gantry.Client;

/// <summary>Server-sent events of a response, each with its data as bytes.</summary>
internal static class EventStream
{
    public static async IAsyncEnumerable<SseItem<byte[]>> ReadAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await using var items = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    break;
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                throw new ServerUnreachableException($"The connection to the server broke: {error.Message}", error);
            }
            yield return items.Current;
        }
    }
}
