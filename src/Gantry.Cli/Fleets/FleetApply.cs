using Gantry.Cli.Apply;
using Gantry.Cli.Commands;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Cli.Fleets;

/// <summary><c>gantry apply</c> of a fleet: plan, question, and then each host until it can be used or has said why not.</summary>
internal sealed class FleetApply(Invocation invocation, ProjectConnection project, ApplyRequest request)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.3);

    public async Task<int> RunAsync(FleetConfiguration configuration, CancellationToken cancellation)
    {
        var spec = new FleetSpec
        {
            Configuration = new FleetKeys(invocation).Fill(configuration with { Env = SpecBuilder.Resolve(configuration.Env, invocation, request.File) }, request.File),
            ConfigurationPath = request.File == "-" ? null : request.File,
        };
        var plan = await project.Client.GetFleetPlanAsync(project.Name, new GetFleetPlanRequest(spec), cancellation);
        foreach (var line in Plan(plan, configuration))
            invocation.Terminal.Note(line);
        if (!Shared.Confirmed(invocation, request.Yes, plan.CurrentResource is { } current ? $"The fleet {current.Name} exists. Change it so?" : "Create the fleet?"))
            return ExitCodes.Declined;
        var fleet = await project.Client.ApplyFleetPlanAsync(project.Name, new ApplyFleetPlanRequest(new ApplyFleetPlanInput(spec, plan.CurrentResource), request.Force), cancellation);
        if (request.Detach)
        {
            invocation.Terminal.Print($"Fleet {fleet.Name} applied, detaching...");
            return ExitCodes.Ok;
        }
        return await FollowAsync(fleet, cancellation);
    }

    private IEnumerable<string> Plan(FleetPlan plan, FleetConfiguration configuration)
    {
        var present = (plan.CurrentResource?.Instances ?? []).Where(instance => instance.Status is not (InstanceStatus.Terminated or InstanceStatus.Terminating))
            .Select(instance => instance.Hostname!).ToList();
        var wanted = configuration.SshConfig?.Hosts.Select(host => host.Hostname).ToList() ?? [];
        var table = new Table("HOST", "ACTION");
        foreach (var host in wanted)
            table.Add((host, Style.Plain), present.Contains(host) ? ("keep", Style.Plain) : ("add", Style.Good));
        foreach (var host in present.Except(wanted))
            table.Add((host, Style.Plain), ("remove", Style.Busy));
        return [$" Project  {plan.ProjectName}", $" Fleet    {configuration.Name ?? "(a name is chosen)"}", "", .. table.Lines(invocation.Terminal), ""];
    }

    private async Task<int> FollowAsync(Fleet fleet, CancellationToken cancellation)
    {
        var live = new LiveTable(invocation.Terminal);
        var said = new Dictionary<Guid, string>();
        while (true)
        {
            var instances = fleet.Instances;
            if (invocation.Terminal.IsOutputTerminal)
                live.Draw(FleetTable.Lines(invocation.Terminal, [fleet], verbose: false, invocation.Now));
            else
                Say(instances, said);
            if (instances.All(instance => instance.Status is InstanceStatus.Idle or InstanceStatus.Busy or InstanceStatus.Terminated))
                return End(fleet);
            await Task.Delay(Interval, invocation.Time, cancellation);
            fleet = await project.Client.GetFleetAsync(project.Name, new GetFleetRequest(Id: fleet.Id), cancellation);
        }
    }

    // One line for each news of a host, for whoever reads this from a file.
    private void Say(IReadOnlyList<Instance> instances, Dictionary<Guid, string> said)
    {
        foreach (var instance in instances)
        {
            var message = FleetTable.Message(instance);
            var line = $"{instance.Name} ({instance.Hostname}): {FleetTable.Status(instance)}{(message.Length > 0 ? $": {message}" : "")}";
            if (said.TryGetValue(instance.Id, out var before) && before == line)
                continue;
            said[instance.Id] = line;
            invocation.Terminal.Note(line);
        }
    }

    private int End(Fleet fleet)
    {
        var failed = fleet.Instances.Where(instance => instance.Status == InstanceStatus.Terminated).ToList();
        if (failed.Count == 0)
        {
            invocation.Terminal.Print($"Fleet {fleet.Name}: {Words.Of(fleet.Instances.Count, "host")} ready");
            return ExitCodes.Ok;
        }
        invocation.Terminal.Error($"Fleet {fleet.Name}: {failed.Count} of {Words.Of(fleet.Instances.Count, "host")} could not be added; nothing was left on them. Put this right and apply again:\n"
            + string.Join('\n', failed.Select(instance => $"  {instance.Hostname}: {instance.TerminationReasonMessage}")));
        return ExitCodes.Failed;
    }
}
