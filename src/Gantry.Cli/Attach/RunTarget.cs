using System.Text.Json;
using Gantry.Cli.Listing;

namespace Gantry.Cli.Attach;

/// <summary>The job of a run that is attached, as the server describes it.</summary>
/// <param name="Username">Whom ssh logs in as: the user of the host's agent. The session enters the job from there.</param>
/// <param name="Ports">Its applications' ports: in the job, and here if the configuration says so.</param>
/// <param name="IsOnThisMachinesNetwork">Whether the job's ports are this machine's own: to listen on one of them here would take it from the job.</param>
/// <param name="IsDevEnvironment">Whether it is there to be attached to.</param>
/// <param name="Ide">The editor that it is opened with.</param>
internal sealed record RunTarget(string Username, IReadOnlyList<(int Port, int? Local)> Ports, bool IsOnThisMachinesNetwork, bool IsDevEnvironment = false, string? Ide = null)
{
    /// <summary>Reads it; null as long as the job has no host.</summary>
    public static RunTarget? Read(JsonElement run, int? replica, int number)
    {
        foreach (var job in RunRow.Items(run, "jobs"))
        {
            var spec = RunRow.Child(job, "job_spec");
            if (RunRow.Number(spec, "job_num") != number || (replica is { } wanted && RunRow.Number(spec, "replica_num") != wanted))
                continue;
            if (RunRow.Last(job, "job_submissions") is not { ValueKind: JsonValueKind.Object } latest
                || RunRow.Child(latest, "job_provisioning_data") is not { ValueKind: JsonValueKind.Object } placed)
            {
                return null;
            }
            var ports = RunRow.Items(spec, "app_specs").Select(app => ((int)RunRow.Number(app, "port"), RunRow.Number(app, "map_to_port") is > 0 and var local ? (int?)local : null)).ToList();
            // A container with a port that is mapped to another has a network of its own.
            var isHosts = RunRow.Text(spec, "image_name") is null or "" || ports.TrueForAll(port => port.Item2 is null || port.Item2 == port.Item1);
            var configuration = RunRow.Child(RunRow.Child(run, "run_spec"), "configuration");
            return new RunTarget(
                RunRow.Text(placed, "username") ?? "root", ports, isHosts && RunRow.Text(placed, "hostname") == Environment.MachineName,
                RunRow.Text(configuration, "type") == "dev-environment", RunRow.Text(configuration, "ide"));
        }
        return null;
    }
}
