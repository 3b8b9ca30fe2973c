using System.Text.Json.Serialization;

namespace Gantry.Agent.Executors.Docker;

// What of Docker's API is used, named as there.

/// <summary>An error.</summary>
internal sealed record DockerError([property: JsonPropertyName("message")] string? Message);

/// <summary><c>GET /version</c>.</summary>
internal sealed record DockerVersion(string? Version, string? ApiVersion, string? MinAPIVersion);

/// <summary><c>GET /images/NAME/json</c>.</summary>
internal sealed record DockerImage(string Id, DockerConfig? Config);

/// <summary>What a container or an image runs.</summary>
internal sealed record DockerConfig
{
    public string? WorkingDir { get; init; }
    public string? User { get; init; }
    public string? StopSignal { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A line of <c>POST /images/create</c>.</summary>
internal sealed record DockerPullLine(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("id")] string? Layer = null,
    [property: JsonPropertyName("status")] string? Status = null,
    [property: JsonPropertyName("progressDetail")] DockerPullDetail? Detail = null);

/// <summary>How far a layer is, in bytes; both are missing where there is nothing to say.</summary>
internal sealed record DockerPullDetail([property: JsonPropertyName("current")] long? Current, [property: JsonPropertyName("total")] long? Total);

/// <summary>Credentials in the header of a pull.</summary>
internal sealed record DockerAuth(
    [property: JsonPropertyName("username")] string Username, [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("serveraddress")] string ServerAddress);

/// <summary>Body of <c>POST /containers/create</c>.</summary>
internal sealed record DockerCreate
{
    public required string Image { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public required IReadOnlyList<string> Env { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public string? Hostname { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public IReadOnlyDictionary<string, DockerNothing>? ExposedPorts { get; init; }
    public required DockerHostConfig HostConfig { get; init; }
}

/// <summary>An object without fields.</summary>
internal sealed record DockerNothing;

/// <summary>What a container gets of its host.</summary>
internal sealed record DockerHostConfig
{
    public required string NetworkMode { get; init; }
    public bool Init { get; init; }
    public bool Privileged { get; init; }
    public long? ShmSize { get; init; }
    public long? NanoCpus { get; init; }
    public long? Memory { get; init; }
    public long? MemorySwap { get; init; }
    public required IReadOnlyList<DockerMount> Mounts { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<DockerPortBinding>>? PortBindings { get; init; }
    public IReadOnlyList<DockerDeviceRequest>? DeviceRequests { get; init; }
    public IReadOnlyList<DockerDevice>? Devices { get; init; }
    public required DockerLogConfig LogConfig { get; init; }
}

/// <summary>A directory or file of the host.</summary>
internal sealed record DockerMount(string Type, string Source, string Target, bool ReadOnly);

/// <summary>Where on the host a port is.</summary>
internal sealed record DockerPortBinding(string HostIp, string HostPort);

/// <summary>GPUs, by what their driver knows them by.</summary>
internal sealed record DockerDeviceRequest(string Driver, [property: JsonPropertyName("DeviceIDs")] IReadOnlyList<string> DeviceIds, IReadOnlyList<IReadOnlyList<string>> Capabilities);

/// <summary>A device of the host.</summary>
internal sealed record DockerDevice(string PathOnHost, string PathInContainer, string CgroupPermissions);

/// <summary>Where Docker keeps a container's output.</summary>
internal sealed record DockerLogConfig(string Type, IReadOnlyDictionary<string, string> Config);

/// <summary>Reply of <c>POST /containers/create</c>.</summary>
internal sealed record DockerCreated(string Id);

/// <summary><c>GET /containers/NAME/json</c>.</summary>
internal sealed record DockerContainer(string Id, DockerConfig? Config, DockerState State, string? LogPath = null);

/// <summary>What a container does.</summary>
internal sealed record DockerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.</summary>
    public string? Status { get; init; }
    public int ExitCode { get; init; }
    /// <summary>Its first process on the host.</summary>
    public int Pid { get; init; }
    public bool OOMKilled { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    [JsonIgnore]
    public bool IsLive => Status is "running" or "paused" or "restarting";
}

/// <summary>An entry of <c>GET /containers/json</c>.</summary>
internal sealed record DockerListed(string Id, string? State, IReadOnlyDictionary<string, string>? Labels);

/// <summary><c>GET /info</c>.</summary>
internal sealed record DockerInfo([property: JsonPropertyName("NCPU")] int Cpus, [property: JsonPropertyName("DockerRootDir")] string? Directory = null);

/// <summary><c>GET /containers/NAME/stats</c>.</summary>
internal sealed record DockerStats([property: JsonPropertyName("cpu_stats")] DockerCpuStats? Cpu, [property: JsonPropertyName("memory_stats")] DockerMemoryStats? Memory);

/// <summary>CPU time.</summary>
internal sealed record DockerCpuStats([property: JsonPropertyName("cpu_usage")] DockerCpuUsage? Usage);

/// <summary>CPU time in nanoseconds.</summary>
internal sealed record DockerCpuUsage([property: JsonPropertyName("total_usage")] long Total);

/// <summary>Memory in bytes, with the page cache; what of that is idle files is among the details, under another name in each version of control groups.</summary>
internal sealed record DockerMemoryStats([property: JsonPropertyName("usage")] long Usage, [property: JsonPropertyName("stats")] IReadOnlyDictionary<string, long>? Details);

/// <summary>Serialization of the above.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DockerError))]
[JsonSerializable(typeof(DockerVersion))]
[JsonSerializable(typeof(DockerImage))]
[JsonSerializable(typeof(DockerPullLine))]
[JsonSerializable(typeof(DockerAuth))]
[JsonSerializable(typeof(DockerCreate))]
[JsonSerializable(typeof(DockerCreated))]
[JsonSerializable(typeof(DockerContainer))]
[JsonSerializable(typeof(IReadOnlyList<DockerListed>))]
[JsonSerializable(typeof(DockerInfo))]
[JsonSerializable(typeof(DockerExecCreate))]
[JsonSerializable(typeof(DockerExecStart))]
[JsonSerializable(typeof(DockerExecState))]
[JsonSerializable(typeof(DockerStats))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))]
internal sealed partial class DockerJson : JsonSerializerContext;
