using System.CommandLine;
using System.Text.Json;
using Gantry.Cli.Fleets;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry fleet</c>: lists fleets, shows one, deletes them.</summary>
internal static class FleetCommand
{
    private static readonly TimeSpan Repaint = TimeSpan.FromSeconds(1);

    // Indented, and otherwise as the API has it.
    private static readonly ApiJson Pretty = new(new JsonSerializerOptions(ApiJson.Default.Options) { WriteIndented = true });

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project(recursive: true);
        var command = new Command("fleet", "Manage fleets") { project };
        AddListing(command, invocation, project);
        var list = new Command("list", "List fleets");
        AddListing(list, invocation, project);
        command.Subcommands.Add(list);
        command.Subcommands.Add(BuildGet(invocation, project));
        command.Subcommands.Add(BuildDelete(invocation, project));
        HelpPage.SetEnding(command, """
            Examples:
              gantry apply -f fleet.dstack.yml     makes a fleet, or changes it
              gantry fleet                         the fleets of the project with their hosts
              gantry fleet delete lab -i 1         takes one host out of it
              gantry fleet delete lab              gives all of its hosts back

            A fleet or host that a run uses is not deleted: stop the run first.
            """);
        return command;
    }

    private static void AddListing(Command command, Invocation invocation, Option<string?> project)
    {
        var watch = new Option<bool>("--watch", "-w") { Description = "Update listing in realtime" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show more information" };
        var json = Shared.Json();
        command.Options.Add(watch);
        command.Options.Add(verbose);
        command.Options.Add(json);
        command.SetAction((parsed, cancellation) => ListAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(watch), parsed.GetValue(verbose), parsed.GetValue(json), cancellation));
    }

    private static async Task<int> ListAsync(Invocation invocation, string? named, bool watch, bool verbose, bool json, CancellationToken cancellation)
    {
        if (watch && json)
            throw new CliException(ExitCodes.Usage, "--watch shows a table; it cannot be combined with JSON.");
        using var project = ProjectConnection.Open(invocation, named);
        var table = new LiveTable(invocation.Terminal);
        while (true)
        {
            var fleets = await project.Client.ListFleetsAsync(project.Name, cancellation);
            if (json)
            {
                invocation.Terminal.Print(JsonSerializer.Serialize(fleets, Pretty.IReadOnlyListFleet));
                return ExitCodes.Ok;
            }
            var lines = FleetTable.Lines(invocation.Terminal, fleets, verbose, invocation.Now);
            if (!watch)
            {
                invocation.Terminal.Print(string.Join('\n', lines));
                return ExitCodes.Ok;
            }
            table.Draw(lines);
            await Task.Delay(Repaint, invocation.Time, cancellation);
        }
    }

    private static Command BuildGet(Invocation invocation, Option<string?> project)
    {
        var name = new Argument<string?>("NAME") { Description = "The name of the fleet", Arity = ArgumentArity.ZeroOrOne };
        var id = new Option<Guid?>("--id") { Description = "The ID of the fleet (UUID)", HelpName = "ID" };
        var json = Shared.Json("Output in JSON format");
        var command = new Command("get", "Get a fleet") { name, id, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (fleet, uuid) = (parsed.GetValue(name), parsed.GetValue(id));
            if (fleet is null == uuid is null)
                throw new CliException(ExitCodes.Usage, "Name a fleet, or give its id with --id.");
            using var connection = ProjectConnection.Open(invocation, parsed.GetValue(project));
            var found = await connection.Client.GetFleetAsync(connection.Name, new GetFleetRequest(fleet, uuid), cancellation);
            invocation.Terminal.Print(parsed.GetValue(json)
                ? JsonSerializer.Serialize(found, Pretty.Fleet)
                : string.Join('\n', FleetTable.Lines(invocation.Terminal, [found], verbose: true, invocation.Now)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildDelete(Invocation invocation, Option<string?> project)
    {
        var name = new Argument<string>("name") { Description = "The name of the fleet" };
        var instances = new Option<int[]>("--instance", "-i") { Description = "The instances to delete", HelpName = "INSTANCE_NUM" };
        var yes = Shared.Yes("Don't ask for confirmation");
        var command = new Command("delete", "Delete fleets and instances") { name, instances, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = ProjectConnection.Open(invocation, parsed.GetValue(project));
            return await DeleteAsync(invocation, connection, parsed.GetValue(name)!, parsed.GetValue(instances) ?? [], parsed.GetValue(yes), cancellation);
        });
        return command;
    }

    /// <summary>Asks, deletes, and waits until the hosts are given back.</summary>
    public static async Task<int> DeleteAsync(Invocation invocation, ProjectConnection project, string name, int[] instances, bool yes, CancellationToken cancellation)
    {
        var fleet = await project.Client.GetFleetAsync(project.Name, new GetFleetRequest(name), cancellation);
        var which = instances.Length == 0 ? $"the fleet {name}" : $"{string.Join(", ", instances.Select(number => $"{name}-{number}"))} of the fleet {name}";
        if (!Shared.Confirmed(invocation, yes, $"Delete {which}?"))
            return ExitCodes.Declined;
        if (instances.Length == 0)
            await project.Client.DeleteFleetsAsync(project.Name, new DeleteFleetsRequest([name]), cancellation);
        else
            await project.Client.DeleteFleetInstancesAsync(project.Name, new DeleteFleetInstancesRequest(name, instances), cancellation);
        var leaving = fleet.Instances.Where(instance => instances.Length == 0 || instances.Contains(instance.InstanceNum)).Select(instance => instance.Id).ToList();
        return await WaitAsync(invocation, project, leaving, which, cancellation);
    }

    private static async Task<int> WaitAsync(Invocation invocation, ProjectConnection project, List<Guid> leaving, string which, CancellationToken cancellation)
    {
        var left = new List<string>();
        foreach (var id in leaving)
        {
            var instance = await project.Client.GetInstanceAsync(project.Name, new GetInstanceRequest(id), cancellation);
            while (instance.Status != Model.States.InstanceStatus.Terminated)
            {
                await Task.Delay(Repaint / 4, invocation.Time, cancellation);
                instance = await project.Client.GetInstanceAsync(project.Name, new GetInstanceRequest(id), cancellation);
            }
            if (instance is { TerminationReason: "terminated_by_user", TerminationReasonMessage: { } message })
                left.Add($"  {instance.Hostname}: {message}");
        }
        invocation.Terminal.Print($"Deleted {which}");
        if (left.Count == 0)
            return ExitCodes.Ok;
        invocation.Terminal.Error("Something was left behind:\n" + string.Join('\n', left));
        return ExitCodes.Failed;
    }
}
