using Gantry.Agent.Host;

namespace Gantry.Agent.Executors.Docker;

/// <summary>The disk that Docker keeps images, containers and their output on.</summary>
internal sealed class DockerDisk(DockerApi api, TimeProvider time)
{
    private long _fullAtTicks;

    /// <summary>Docker's directory; null as long as it was not asked.</summary>
    public string? Directory { get; private set; }

    /// <summary>Looks whether it is full, and remembers when it was.</summary>
    /// <exception cref="DockerGoneException">Docker is gone.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        Directory ??= (await api.GetAsync("info", DockerJson.Default.DockerInfo, cancellation)).Directory;
        if (DiskRoom.IsFull(Directory))
            Interlocked.Exchange(ref _fullAtTicks, time.GetUtcNow().UtcTicks);
    }

    /// <summary>Whether it was seen full since then, as far as this agent looked.</summary>
    public bool WasFullSince(DateTimeOffset? start) => Interlocked.Read(ref _fullAtTicks) is > 0 and var ticks && (start is not { } from || ticks >= from.UtcTicks);
}
