using System.CommandLine;
using System.Text.Json;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Cli.Volumes;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry volume</c>: lists volumes, shows one, deletes them.</summary>
internal static class VolumeCommand
{
    private static readonly TimeSpan Repaint = TimeSpan.FromSeconds(1);

    // Indented, and otherwise as the API has it.
    private static readonly ApiJson Pretty = new(new JsonSerializerOptions(ApiJson.Default.Options) { WriteIndented = true });

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project(recursive: true);
        var command = new Command("volume", "Manage volumes") { project };
        AddListing(command, invocation, project);
        var list = new Command("list", "List volumes");
        AddListing(list, invocation, project);
        command.Subcommands.Add(list);
        command.Subcommands.Add(BuildGet(invocation, project));
        command.Subcommands.Add(BuildDelete(invocation, project));
        HelpPage.SetEnding(command, """
            Examples:
              gantry apply -f volume.dstack.yml    makes a volume
              gantry volume                        the volumes of the project
              gantry volume -v                     with their directories, access, and where they are attached
              gantry volume delete data            deletes it with what is in it; a directory that was there before stays

            A volume that a run uses is not deleted: stop the run first.
            """);
        return command;
    }

    private static void AddListing(Command command, Invocation invocation, Option<string?> project)
    {
        var watch = new Option<bool>("--watch", "-w") { Description = "Update listing in realtime" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show more information" };
        var all = new Option<bool>("--all", "-a") { Description = "Also show volumes that were deleted, at most the last 100 in all" };
        var json = Shared.Json();
        foreach (var option in new Option[] { watch, verbose, all, json })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => ListAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(watch), parsed.GetValue(verbose), parsed.GetValue(all), parsed.GetValue(json), cancellation));
    }

    private static async Task<int> ListAsync(Invocation invocation, string? named, bool watch, bool verbose, bool all, bool json, CancellationToken cancellation)
    {
        if (watch && json)
            throw new CliException(ExitCodes.Usage, "--watch shows a table; it cannot be combined with JSON.");
        using var project = ProjectConnection.Open(invocation, named);
        var table = new LiveTable(invocation.Terminal);
        while (true)
        {
            var volumes = all
                ? await project.Client.ListVolumesAsync(new ListVolumesRequest { ProjectName = project.Name }, cancellation)
                : await project.Client.ListVolumesAsync(project.Name, cancellation);
            if (json)
            {
                invocation.Terminal.Print(JsonSerializer.Serialize(volumes, Pretty.IReadOnlyListVolume));
                return ExitCodes.Ok;
            }
            var lines = VolumeTable.Lines(invocation.Terminal, volumes, verbose, invocation.Now);
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
        var name = new Argument<string>("NAME") { Description = "The name of the volume" };
        var json = Shared.Json("Output in JSON format");
        var command = new Command("get", "Get a volume") { name, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = ProjectConnection.Open(invocation, parsed.GetValue(project));
            var volume = await FindAsync(connection, parsed.GetValue(name)!, cancellation);
            invocation.Terminal.Print(parsed.GetValue(json)
                ? JsonSerializer.Serialize(volume, Pretty.Volume)
                : string.Join('\n', VolumeTable.Lines(invocation.Terminal, [volume], verbose: true, invocation.Now)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildDelete(Invocation invocation, Option<string?> project)
    {
        var names = new Argument<string[]>("name") { Description = "The name of the volume", Arity = ArgumentArity.OneOrMore };
        var yes = Shared.Yes("Don't ask for confirmation");
        var command = new Command("delete", "Delete volumes") { names, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = ProjectConnection.Open(invocation, parsed.GetValue(project));
            return await DeleteAsync(invocation, connection, parsed.GetValue(names)!, parsed.GetValue(yes), cancellation);
        });
        return command;
    }

    /// <summary>Asks, deletes, and waits until the directories are gone, or their hosts have said why not.</summary>
    public static async Task<int> DeleteAsync(Invocation invocation, ProjectConnection project, string[] names, bool yes, CancellationToken cancellation)
    {
        var volumes = new List<Volume>();
        foreach (var name in names.Distinct())
            volumes.Add(await FindAsync(project, name, cancellation));
        var which = $"the volume{(volumes.Count == 1 ? "" : "s")} {string.Join(", ", volumes.Select(volume => volume.Name))}";
        var made = volumes.Where(volume => !volume.External).ToList();
        if (!Shared.Confirmed(invocation, yes, $"Delete {which}{(made.Count > 0 ? " with all that is in it" : "; what is in it stays")}?"))
            return ExitCodes.Declined;
        await project.Client.DeleteVolumesAsync(project.Name, new DeleteVolumesRequest([.. volumes.Select(volume => volume.Name)]), cancellation);
        foreach (var volume in made)
        {
            if (await LeftAsync(invocation, project, volume, cancellation) is { } left)
            {
                invocation.Terminal.Note($"The volume {volume.Name} is to be deleted, and can not be mounted any more. {left}. It goes by itself as soon as that is possible.");
                return ExitCodes.Ok;
            }
        }
        invocation.Terminal.Print($"Deleted {which}");
        return ExitCodes.Ok;
    }

    // Mostly a moment; a host that is away, or cannot, is not waited for.
    private static async Task<string?> LeftAsync(Invocation invocation, ProjectConnection project, Volume volume, CancellationToken cancellation)
    {
        var began = invocation.Now;
        while (await project.Client.FindVolumeAsync(project.Name, volume.Name, cancellation) is { } still && still.Id == volume.Id)
        {
            var isRefused = still.StatusMessage?.StartsWith("Not deleted yet", StringComparison.Ordinal) == true;
            if (isRefused || invocation.Now - began > TimeSpan.FromSeconds(15))
                return still.StatusMessage?.TrimEnd('.') ?? "Its host has not answered yet";
            await Task.Delay(Repaint / 10, invocation.Time, cancellation);
        }
        return null;
    }

    private static async Task<Volume> FindAsync(ProjectConnection project, string name, CancellationToken cancellation) =>
        await project.Client.FindVolumeAsync(project.Name, name, cancellation)
            ?? throw new CliException(ExitCodes.Failed, $"There is no volume {name} in the project {project.Name}. Those that there are: gantry volume");
}
