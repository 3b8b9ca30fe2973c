using System.Text;
using System.Text.Json;
using Gantry.Model.Configurations;

namespace Gantry.Agent.Executors.Docker;

/// <summary>What is asked of Docker about images.</summary>
internal sealed class DockerImages(DockerApi api)
{
    /// <summary>A registry that sends nothing for so long is taken for stuck.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    /// <summary>An image that is here; null when it is not.</summary>
    /// <exception cref="DockerException">Docker refuses the name.</exception>
    public async Task<DockerImage?> FindAsync(string image, CancellationToken cancellation)
    {
        try
        {
            return await api.GetAsync($"images/{Escape(image)}/json", DockerJson.Default.DockerImage, cancellation);
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Fetches an image from its registry.</summary>
    /// <exception cref="DockerException">It could not be had.</exception>
    /// <exception cref="TimeoutException">The registry sent nothing for too long.</exception>
    public async Task PullAsync(string image, RegistryAuth? auth, CancellationToken cancellation)
    {
        using var reply = await api.CallWithAuthAsync(HttpMethod.Post, $"images/create?fromImage={Uri.EscapeDataString(WithTag(image))}", Header(image, auth), cancellation);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            using var lines = new StreamReader(await reply.Content.ReadAsStreamAsync(cancellation));
            while (true)
            {
                silence.CancelAfter(Silence);
                if (await lines.ReadLineAsync(silence.Token) is not { } line)
                    return;
                if (line.Length > 0 && JsonSerializer.Deserialize(line, DockerJson.Default.DockerPullLine)?.Error is { } error)
                    throw new DockerException(System.Net.HttpStatusCode.InternalServerError, error);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"its registry sent nothing for {Silence.TotalMinutes:0} minutes");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            throw new DockerGoneException(api.Socket, exception);
        }
    }

    /// <summary>Without a tag Docker's API would fetch every one that the registry has.</summary>
    public static string WithTag(string image) =>
        image.Contains('@') || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";

    private static string? Header(string image, RegistryAuth? auth)
    {
        if (auth is null)
            return null;
        var slash = image.IndexOf('/');
        var first = slash < 0 ? "" : image[..slash];
        var registry = first.Contains('.') || first.Contains(':') || first == "localhost" ? first : "https://index.docker.io/v1/";
        var json = JsonSerializer.SerializeToUtf8Bytes(new DockerAuth(auth.Username, auth.Password, registry), DockerJson.Default.DockerAuth);
        return Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
    }

    // Slashes are part of an image's name in Docker's paths.
    private static string Escape(string image) => string.Join('/', image.Split('/').Select(part => new StringBuilder(Uri.EscapeDataString(part)).Replace("%3A", ":").Replace("%40", "@").ToString()));
}
