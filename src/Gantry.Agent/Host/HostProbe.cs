using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gantry.Model.Link;

namespace Gantry.Agent.Host;

/// <summary>Finds out what this host has.</summary>
internal static class HostProbe
{
    private const int UsualMaxJobs = 64;

    /// <summary>What it has now.</summary>
    /// <param name="spoolDirectory">The spool, for the size of its disk.</param>
    public static HostFacts Look(string spoolDirectory) => new()
    {
        Hostname = Environment.MachineName,
        InternalIp = InternalIp(),
        Username = Environment.UserName,
        Arch = RuntimeInformation.OSArchitecture is Architecture.Arm64 or Architecture.Arm ? "arm" : "x86",
        // Respects affinity and the CPU limit of a control group.
        Cpus = Environment.ProcessorCount,
        MemoryMib = MemoryBytes() >> 20,
        DiskMib = DiskBytes(spoolDirectory) >> 20,
        MaxJobs = int.TryParse(Environment.GetEnvironmentVariable("GANTRY_MAX_JOBS"), NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) && jobs > 0
            ? jobs : UsualMaxJobs,
    };

    private static string InternalIp()
    {
        try
        {
            var addresses =
                from card in NetworkInterface.GetAllNetworkInterfaces()
                where card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback
                from address in card.GetIPProperties().UnicastAddresses
                where address.Address.AddressFamily == AddressFamily.InterNetwork
                select address.Address.ToString();
            return addresses.FirstOrDefault() ?? "127.0.0.1";
        }
        catch (NetworkInformationException)
        {
            return "127.0.0.1";
        }
    }

    private static long MemoryBytes()
    {
        var bytes = File.ReadLines("/proc/meminfo").Where(l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
            .Select(l => long.Parse(l.AsSpan(9, l.Length - 12).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) << 10).First();
        // Version 2 and version 1 of control groups; "max" and absurdly large numbers mean no limit.
        foreach (var path in (string[])["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"])
        {
            if (File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
                bytes = Math.Min(bytes, limit);
        }
        return bytes;
    }

    private static long DiskBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).TotalSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
