using Gantry.Engine.Fleets;
using Gantry.Model.States;

namespace Gantry.Server.Fleets;

/// <summary>Reads what the check of a host printed: lines of <c>gantry NAME VALUE</c>.</summary>
internal static class CheckOutput
{
    /// <summary>Null when the check did not come to its end.</summary>
    public static HostReport? Read(string output)
    {
        var facts = output.Split('\n')
            .Select(line => line.Split(' ', 3))
            .Where(parts => parts is ["gantry", _, ..])
            .ToLookup(parts => parts[1], parts => parts.Length > 2 ? parts[2].Trim() : "");
        if (!facts.Contains("end"))
            return null;
        var owner = (One("owner") ?? "").Split(' ', 3);
        return new HostReport
        {
            System = One("system") ?? "",
            Machine = One("machine") ?? "",
            Libc = One("libc") ?? "",
            User = One("user") ?? "",
            Root = StateNames.Parse<RootAccess>(One("root")) ?? RootAccess.Unknown,
            DockerVersion = One("docker"),
            DockerProblem = One("docker_problem"),
            HasNvidia = facts.Contains("nvidia"),
            HasNvidiaTools = facts.Contains("nvidia_tools"),
            HasNvidiaRuntime = facts.Contains("nvidia_runtime"),
            FreeBytes = long.TryParse(One("free_kib"), out var kib) ? kib << 10 : null,
            MissingPrograms = [.. facts["missing"]],
            HasProcessUser = One("process_user") switch { "yes" => true, "no" => false, _ => null },
            Addresses = [.. facts["address"].Where(address => address is not ("127.0.0.1" or "::1"))],
            Address = One("reached"),
            Owner = owner[0].Length > 0 ? owner[0] : null,
            OwnerInstance = owner.ElementAtOrDefault(1),
            OwnerName = owner.ElementAtOrDefault(2),
            Build = One("build"),
        };

        string? One(string name) => facts[name].LastOrDefault() is { Length: > 0 } value ? value : null;
    }
}
