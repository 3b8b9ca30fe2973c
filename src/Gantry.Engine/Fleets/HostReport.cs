namespace Gantry.Engine.Fleets;

/// <summary>What a look at a host found, before anything was installed there.</summary>
public sealed record HostReport
{
    /// <summary>The kernel's name: <c>Linux</c>.</summary>
    public string System { get; init; } = "";
    /// <summary>The machine's architecture as the kernel names it: <c>x86_64</c>, <c>aarch64</c>.</summary>
    public string Machine { get; init; } = "";
    /// <summary>The C library: <c>glibc</c> or <c>musl</c>.</summary>
    public string Libc { get; init; } = "";
    /// <summary>Who is logged in.</summary>
    public string User { get; init; } = "";
    /// <summary>How the user becomes root.</summary>
    public RootAccess Root { get; init; }
    /// <summary>The version of its Docker; null when none answers.</summary>
    public string? DockerVersion { get; init; }
    /// <summary>Why no Docker answers; null when it is not there at all.</summary>
    public string? DockerProblem { get; init; }
    /// <summary>Whether it has an NVIDIA GPU.</summary>
    public bool HasNvidia { get; init; }
    /// <summary>Whether it has <c>nvidia-smi</c>.</summary>
    public bool HasNvidiaTools { get; init; }
    /// <summary>Whether containers can be given NVIDIA GPUs there.</summary>
    public bool HasNvidiaRuntime { get; init; }
    /// <summary>Bytes that are free on the disk that would hold the agent; null when that cannot be told.</summary>
    public long? FreeBytes { get; init; }
    /// <summary>Programs that are needed and are not there.</summary>
    public IReadOnlyList<string> MissingPrograms { get; init; } = [];
    /// <summary>Whether the account that process jobs run as is there; null when none was asked for.</summary>
    public bool? HasProcessUser { get; init; }
    /// <summary>Its addresses.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
    /// <summary>The address that the connection came to.</summary>
    public string? Address { get; init; }
    /// <summary>The server that owns the agent there; null when there is none.</summary>
    public string? Owner { get; init; }
    /// <summary>The instance that the host is to its owner.</summary>
    public string? OwnerInstance { get; init; }
    /// <summary>What the owner calls the host.</summary>
    public string? OwnerName { get; init; }
    /// <summary>The build of the agent there; null when there is none.</summary>
    public string? Build { get; init; }

    /// <summary>The .NET name of the platform: <c>linux-x64</c>; null for one that no agent is made for.</summary>
    public string? Platform => System != "Linux" ? null : Machine switch
    {
        "x86_64" or "amd64" => Libc == "musl" ? "linux-musl-x64" : "linux-x64",
        "aarch64" or "arm64" => Libc == "musl" ? "linux-musl-arm64" : "linux-arm64",
        _ => null,
    };
}

/// <summary>How a user becomes root.</summary>
public enum RootAccess
{
    /// <summary>It cannot be told.</summary>
    Unknown,
    /// <summary>The user is root.</summary>
    IsRoot,
    /// <summary>By sudo, without a password.</summary>
    Sudo,
    /// <summary>sudo wants a password, or refuses.</summary>
    SudoRefuses,
    /// <summary>There is no sudo.</summary>
    NoSudo,
}
