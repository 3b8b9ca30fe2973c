using System.Formats.Tar;
using System.Text.Json;

namespace Gantry.Agent.Executors.Docker;

/// <summary>What is asked of Docker about containers.</summary>
internal sealed class DockerContainers(DockerApi api)
{
    /// <summary>Makes a container; nothing of it runs yet. Returns its id.</summary>
    /// <exception cref="DockerException">Docker refused; a conflict is a name that is taken.</exception>
    public async Task<string> CreateAsync(string name, DockerCreate container, CancellationToken cancellation)
    {
        using var reply = await api.CallAsync(HttpMethod.Post, $"containers/create?name={name}", DockerApi.Body(container, DockerJson.Default.DockerCreate), cancellation);
        return (await api.ReadAsync(reply, DockerJson.Default.DockerCreated, cancellation)).Id;
    }

    /// <summary>Starts one.</summary>
    public async Task StartAsync(string name, CancellationToken cancellation)
    {
        using var reply = await api.CallAsync(HttpMethod.Post, $"containers/{name}/start", cancellation);
    }

    /// <summary>Whether a container's file system has a path, whether it runs or not.</summary>
    public async Task<bool> HasPathAsync(string name, string path, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Head, $"containers/{name}/archive?path={Uri.EscapeDataString(path)}", cancellation);
            return true;
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Whether a path that a container has is anything but an empty directory.</summary>
    public async Task<bool> HasContentAsync(string name, string path, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Get, $"containers/{name}/archive?path={Uri.EscapeDataString(path)}", cancellation);
            await using var tar = new TarReader(await reply.Content.ReadAsStreamAsync(cancellation));
            return await tar.GetNextEntryAsync(copyData: false, cancellation) is not { EntryType: TarEntryType.Directory }
                || await tar.GetNextEntryAsync(copyData: false, cancellation) is not null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DockerGoneException(api.Socket, exception);
        }
    }

    /// <summary>The text of a file of a container; null when it has none.</summary>
    public async Task<string?> ReadFileAsync(string name, string path, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Get, $"containers/{name}/archive?path={Uri.EscapeDataString(path)}", cancellation);
            await using var tar = new TarReader(await reply.Content.ReadAsStreamAsync(cancellation));
            if ((await tar.GetNextEntryAsync(copyData: false, cancellation))?.DataStream is not { } content)
                return null;
            using var reader = new StreamReader(content);
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DockerGoneException(api.Socket, exception);
        }
    }

    /// <summary>
    /// Unpacks a tar at the root of a container's file system, its mounts included. A file does not replace a directory: Docker would empty that first, and it may be a volume.
    /// </summary>
    /// <param name="name">The container.</param>
    /// <param name="write">Writes the tar.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task UnpackAsync(string name, Func<Stream, Task> write, CancellationToken cancellation)
    {
        using var reply = await api.CallAsync(HttpMethod.Put, $"containers/{name}/archive?path=/&noOverwriteDirNonDir=1", new PushContent(write), cancellation);
    }

    /// <summary>One container; null when there is none of that name.</summary>
    public async Task<DockerContainer?> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await api.GetAsync($"containers/{name}/json", DockerJson.Default.DockerContainer, cancellation);
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Returns when it does not run, or is no more.</summary>
    public Task UntilStoppedAsync(string name, CancellationToken cancellation) => UntilAsync(name, "not-running", cancellation);

    /// <summary>Returns when it is no more, or a removal of it has failed.</summary>
    public Task UntilRemovedAsync(string name, CancellationToken cancellation) => UntilAsync(name, "removed", cancellation);

    private async Task UntilAsync(string name, string condition, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Post, $"containers/{name}/wait?condition={condition}", cancellation);
            // The status comes at once, the end with the body.
            await reply.Content.LoadIntoBufferAsync(cancellation);
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DockerGoneException(api.Socket, exception);
        }
    }

    /// <summary>Sends a signal, by number or name; false when nothing of it runs.</summary>
    public async Task<bool> SignalAsync(string name, string signal, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Post, $"containers/{name}/kill?signal={signal}", cancellation);
            return true;
        }
        catch (DockerException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            return false;
        }
    }

    /// <summary>Removes it with its unnamed volumes; false when it runs and <paramref name="force"/> is not given.</summary>
    public async Task<bool> RemoveAsync(string name, bool force, CancellationToken cancellation)
    {
        try
        {
            using var reply = await api.CallAsync(HttpMethod.Delete, $"containers/{name}?v=1&force={(force ? 1 : 0)}", cancellation);
            return true;
        }
        catch (DockerException exception) when (exception.IsNotFound)
        {
            return true;
        }
        catch (DockerException exception) when (exception.IsConflict)
        {
            // Somebody else is removing it, or it runs.
            return false;
        }
    }

    /// <summary>All containers with a label, whatever they do.</summary>
    public Task<IReadOnlyList<DockerListed>> ListAsync(string label, string value, CancellationToken cancellation)
    {
        var filters = JsonSerializer.Serialize(
            new Dictionary<string, IReadOnlyList<string>> { ["label"] = [$"{label}={value}"] }, DockerJson.Default.IReadOnlyDictionaryStringIReadOnlyListString);
        return api.GetAsync($"containers/json?all=1&filters={Uri.EscapeDataString(filters)}", DockerJson.Default.IReadOnlyListDockerListed, cancellation);
    }

    /// <summary>What it uses now.</summary>
    public Task<DockerStats> StatsAsync(string name, CancellationToken cancellation) =>
        api.GetAsync($"containers/{name}/stats?stream=0&one-shot=1", DockerJson.Default.DockerStats, cancellation);

    /// <summary>Its output so far as Docker keeps it, message by message, from the beginning.</summary>
    /// <param name="name">The container.</param>
    /// <param name="follow">Whether to go on with what comes, until it ends.</param>
    /// <param name="tail">Only so many of the last messages; null for all.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<HttpResponseMessage> LogsAsync(string name, bool follow, int? tail, CancellationToken cancellation) =>
        await api.CallAsync(
            HttpMethod.Get, $"containers/{name}/logs?stdout=1&stderr=1&timestamps=1&follow={(follow ? 1 : 0)}&tail={(tail is { } last ? last : "all")}", cancellation);

    /// <summary>CPUs that Docker sees.</summary>
    public async Task<int> CpusAsync(CancellationToken cancellation) => (await api.GetAsync("info", DockerJson.Default.DockerInfo, cancellation)).Cpus;
}
