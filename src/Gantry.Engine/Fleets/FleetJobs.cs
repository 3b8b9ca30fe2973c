using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Fleets;

/// <summary>What a job is on a host of a fleet, where it is not all in its configuration.</summary>
public static class FleetJobs
{
    /// <summary>
    /// The job with the fleet's environment, where the job's own wins. Without an image it runs as a process of the fleet's <c>process_user</c>, whoever
    /// its configuration names: nobody becomes root of a host by a line of a task. Without a <c>process_user</c> it runs in the server's default image.
    /// </summary>
    public static JobSpec On(FleetConfiguration fleet, JobSpec spec, string defaultImage)
    {
        var env = fleet.Env.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!);
        foreach (var (name, value) in spec.Env)
        {
            env[name] = value;
        }

        spec = spec with { Env = env };
        return spec.ImageName.Length > 0 ? spec
            : fleet.ProcessUser is { } user ? spec with { User = UnixUsers.Parse(user) }
            : spec with { ImageName = defaultImage, Commands = ContainerCommand.InContainer(spec.Commands) };
    }
}
