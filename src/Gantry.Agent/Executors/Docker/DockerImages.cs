using System.Globalization;
using System.Text;
using System.Text.Json;
using Gantry.Model.Configurations;

namespace Gantry.Agent.Executors.Docker;

/// <summary>What is asked of Docker about images.</summary>
internal sealed class DockerImages(DockerApi api)
{
    /// <summary>Seconds after which a registry that sends nothing is given up.</summary>
    public const string PatienceVariable = "GANTRY_PULL_PATIENCE";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable(PatienceVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? seconds : 300);

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
    /// <param name="image">Its name.</param>
    /// <param name="auth">Who asks for it.</param>
    /// <param name="told">Called with each thing that Docker says about it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DockerException">It could not be had.</exception>
    /// <exception cref="TimeoutException">The registry sent nothing for too long.</exception>
    public async Task PullAsync(string image, RegistryAuth? auth, Action<DockerPullLine> told, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(Silence);
        try
        {
            using var reply = await api.CallWithAuthAsync(HttpMethod.Post, $"images/create?fromImage={Uri.EscapeDataString(WithTag(image))}", Header(image, auth), silence.Token);
            using var lines = new StreamReader(await reply.Content.ReadAsStreamAsync(cancellation));
            while (true)
            {
                silence.CancelAfter(Silence);
                if (await lines.ReadLineAsync(silence.Token) is not { } line)
                    return;
                if (line.Length == 0 || JsonSerializer.Deserialize(line, DockerJson.Default.DockerPullLine) is not { } said)
                    continue;
                if (said.Error is { } error)
                    throw new DockerException(System.Net.HttpStatusCode.InternalServerError, error);
                told(said);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"its registry sent nothing for {Silence.TotalSeconds:0} seconds");
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
