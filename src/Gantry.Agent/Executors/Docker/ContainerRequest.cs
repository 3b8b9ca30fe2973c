using System.Globalization;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Gpus;
using Gantry.Agent.Spool;
using Gantry.Agent.Volumes;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>From a job's order to what is asked of Docker.</summary>
internal static class ContainerRequest
{
    /// <summary>Label: the agent, by which it finds its containers again. A container without it is somebody else's.</summary>
    public const string AgentLabel = "dev.gantry.agent";

    /// <summary>Label: the job.</summary>
    public const string JobLabel = "dev.gantry.job";

    /// <summary>Label: the boot of the host in which it was made.</summary>
    public const string BootLabel = "dev.gantry.boot";

    /// <summary>Where a container finds the file that <c>DSTACK_MPI_HOSTFILE</c> names.</summary>
    public const string HostfileTarget = "/etc/gantry/hostfile";

    private const string RootsHome = "/root";

    /// <summary>A job's container has the job's id in its name: Docker itself refuses a second one.</summary>
    public static string NameOf(Guid jobId) => $"gantry-{jobId}";

    /// <summary>The container.</summary>
    /// <param name="spool">The job.</param>
    /// <param name="order">Its order.</param>
    /// <param name="image">What its image says.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="hostCpus">CPUs that Docker has.</param>
    public static DockerCreate Of(JobSpool spool, JobOrder order, DockerConfig? image, Guid agentId, int hostCpus)
    {
        var container = order.Container!;
        var directory = DirectoryOf(order, container);
        return new DockerCreate
        {
            Image = container.Image,
            Entrypoint = order.Command.Count == 0 ? null : [order.Command[0]],
            Cmd = order.Command.Count == 0 ? null : [.. order.Command.Skip(1)],
            Env = Environment(order, container, directory ?? image?.WorkingDir, image?.WorkingDir),
            User = order.User,
            WorkingDir = directory,
            Labels = new Dictionary<string, string>
            {
                [AgentLabel] = agentId.ToString(),
                [JobLabel] = order.JobId.ToString(),
                [BootLabel] = ProcessIdentity.CurrentBoot,
                ["dev.gantry.server"] = order.ServerId.ToString(),
                ["dev.gantry.project"] = order.ProjectName,
                ["dev.gantry.run"] = order.RunName,
            },
            ExposedPorts = container.Ports.Count == 0 ? null : container.Ports.ToDictionary(PortName, _ => new DockerNothing()),
            HostConfig = HostConfig(spool, order, container, image, hostCpus),
        };
    }

    private static DockerHostConfig HostConfig(JobSpool spool, JobOrder order, ContainerOrder container, DockerConfig? image, int hostCpus) => new()
    {
        NetworkMode = container.Ports.Count == 0 ? "host" : "bridge",
        Init = container.Init,
        Privileged = container.Privileged,
        ShmSize = container.ShmBytes,
        // More than there is would be refused, and means no limit.
        NanoCpus = container.MaxCpus is { } cpus && cpus > 0 && cpus < hostCpus ? cpus * 1_000_000_000L : null,
        Memory = container.MaxMemoryBytes,
        // The same number means: no swap on top. A limit that swaps is none.
        MemorySwap = container.MaxMemoryBytes,
        Mounts = Mounts(spool, order, container, image),
        PortBindings = container.Ports.Count == 0 ? null : container.Ports.ToDictionary(
            PortName, port => (IReadOnlyList<DockerPortBinding>)[new DockerPortBinding("127.0.0.1", port.Host?.ToString(CultureInfo.InvariantCulture) ?? "")]),
        DeviceRequests = order.Gpus.Where(gpu => gpu.Vendor == "nvidia").Select(gpu => gpu.Id).ToList() is { Count: > 0 } ids
            ? [new DockerDeviceRequest("nvidia", ids, [["gpu"]])] : null,
        Devices = new GpuFiles().Of(order.Gpus) is { Count: > 0 } files ? [.. files.Select(file => new DockerDevice(file, file, "rwm"))] : null,
        // Whatever the daemon's own default is: this one can be read again from its beginning, and is never cut.
        LogConfig = new DockerLogConfig("json-file", new Dictionary<string, string> { ["max-size"] = "1000t" }),
    };

    private static IReadOnlyList<DockerMount> Mounts(JobSpool spool, JobOrder order, ContainerOrder container, DockerConfig? image)
    {
        var mounts = container.Mounts.Where(mount => Directory.Exists(mount.Source)).Select(mount => new DockerMount("bind", mount.Source, mount.Target, ReadOnly: false))
            .Concat(JobVolumes.Mounts(order, image?.WorkingDir));
        if (order.Gpus.Any(gpu => gpu.Vendor == "tenstorrent") && Directory.Exists(GpuFiles.HugePages))
            mounts = mounts.Append(new DockerMount("bind", GpuFiles.HugePages, GpuFiles.HugePages, ReadOnly: false));
        return order.NodeIps.Count == 0 ? [.. mounts] : [.. mounts, new DockerMount("bind", spool.HostfilePath, HostfileTarget, ReadOnly: true)];
    }

    private static string? DirectoryOf(JobOrder order, ContainerOrder container) => order.WorkingDir switch
    {
        null or "" => null,
        "~" => container.HomeDir ?? RootsHome,
        ['~', '/', ..] home => (container.HomeDir ?? RootsHome).TrimEnd('/') + home[1..],
        var path => path,
    };

    private static IReadOnlyList<string> Environment(JobOrder order, ContainerOrder container, string? directory, string? imageDirectory)
    {
        var variables = order.Env.ToDictionary(StringComparer.Ordinal);
        if (container.HomeDir is { } home && home != RootsHome)
            variables.TryAdd("HOME", home);
        variables["DSTACK_WORKING_DIR"] = string.IsNullOrEmpty(directory) ? "/" : directory;
        variables[ProcessTable.Marker] = order.JobId.ToString();
        if (order.Repo is { } repo)
            variables["DSTACK_REPO_DIR"] = ContainerFiles.Resolve(repo.Path, order, imageDirectory);
        if (order.NodeIps.Count > 0)
            variables["DSTACK_MPI_HOSTFILE"] = HostfileTarget;
        // Docker's init hands signals on to its child only, unless told so: a shell would keep them from what it waits for.
        if (container.Init)
            variables.TryAdd("TINI_KILL_PROCESS_GROUP", "1");
        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static string PortName(ContainerPort port) => string.Create(CultureInfo.InvariantCulture, $"{port.Container}/tcp");
}
