using Gantry.Model.Configurations;

namespace Gantry.Model.Link;

/// <summary>The container that a job runs in. The job's command, user, environment and directory are in its <see cref="JobOrder"/>.</summary>
public sealed record ContainerOrder
{
    /// <summary>The image's name, as Docker takes it.</summary>
    public required string Image { get; init; }
    /// <summary>Who fetches the image; null for everybody. An agent keeps it in memory only, so a server sends it until the job has begun.</summary>
    public RegistryAuth? RegistryAuth { get; init; }
    /// <summary>Whether a small init is the container's first process: it hands signals on to all of the job, and a shell in its place would ignore SIGTERM.</summary>
    public bool Init { get; init; }
    /// <summary>Whether it may do what root of the host may.</summary>
    public bool Privileged { get; init; }
    /// <summary>Absolute path that a working directory's <c>~</c> stands for, and <c>HOME</c> where it is not <c>/root</c>.</summary>
    public string? HomeDir { get; init; }
    /// <summary>Size of <c>/dev/shm</c> in bytes; null for Docker's own.</summary>
    public long? ShmBytes { get; init; }
    /// <summary>CPUs that it may use at most; null for all.</summary>
    public int? MaxCpus { get; init; }
    /// <summary>Memory in bytes that it may use at most; null for all.</summary>
    public long? MaxMemoryBytes { get; init; }
    /// <summary>Directories of the host.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init => field = value ?? []; } = [];
    /// <summary>Ports on the host's loopback address; empty for a container that shares the host's network.</summary>
    public IReadOnlyList<ContainerPort> Ports { get; init => field = value ?? []; } = [];
}

/// <summary>A directory of the host in a container.</summary>
/// <param name="Source">Absolute path on the host; made if it is missing.</param>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="Optional">Whether the job may run without it.</param>
public sealed record ContainerMount(string Source, string Target, bool Optional = false);

/// <summary>A port of a container on the host.</summary>
/// <param name="Host">Port on the host's loopback address; null for any free one.</param>
/// <param name="Container">Port in the container.</param>
public sealed record ContainerPort(int? Host, int Container);
