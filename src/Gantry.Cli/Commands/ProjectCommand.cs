using System.CommandLine;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry project</c>: which servers and projects this user works with.</summary>
internal static class ProjectCommand
{
    public static Command Build(Invocation invocation)
    {
        var file = new ProjectsFile(invocation.Home);
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show more information", Recursive = true };
        var list = new Command("list", "List configured projects");
        list.SetAction((parsed, cancellation) => ListAsync(invocation, file, parsed.GetValue(verbose), cancellation));
        var command = new Command("project", "Manage projects configs") { verbose, Add(invocation, file), Delete(invocation, file), list, SetDefault(invocation, file) };
        command.SetAction((parsed, cancellation) => ListAsync(invocation, file, parsed.GetValue(verbose), cancellation));
        HelpPage.SetEnding(command, """
            Without any configured project, commands use the embedded server of this machine and its project main.

            Examples:
              gantry project add --name main --url https://gantry.example.org --token TOKEN
              gantry project list
            """);
        return command;
    }

    private static Command Add(Invocation invocation, ProjectsFile file)
    {
        var name = new Option<string>("--name") { Description = "The name of the project to configure", HelpName = "NAME", Required = true };
        var url = new Option<string>("--url") { Description = "Server url", HelpName = "URL", Required = true };
        var token = new Option<string>("--token") { Description = "User token", HelpName = "TOKEN", Required = true };
        var yes = Shared.Yes("Don't ask for confirmation (e.g. update the config)");
        var no = new Option<bool>("--no", "-n") { Description = "Don't ask for confirmation (e.g. do not update the config)" };
        var add = new Command("add", "Add or update a project config") { name, url, token, yes, no };
        add.SetAction((parsed, cancellation) => AddAsync(
            invocation, file, new ProjectEntry(parsed.GetValue(name)!, parsed.GetValue(url)!.TrimEnd('/'), parsed.GetValue(token)!, false),
            parsed.GetValue(yes), parsed.GetValue(no), cancellation));
        return add;
    }

    private static async Task<int> AddAsync(Invocation invocation, ProjectsFile file, ProjectEntry entry, bool yes, bool no, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(entry.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CliException(ExitCodes.Failed, $"--url: '{entry.Url}' is no http or https URL. Nothing was changed.");
        // Asked first: a wrong token or name is better found now than at the first apply.
        using (var client = new GantryClient(new Uri(entry.Url + "/"), entry.Token))
        {
            try
            {
                await client.GetProjectAsync(entry.Name, cancellation);
            }
            catch (ApiException error)
            {
                throw new CliException(ExitCodes.Failed, $"{entry.Url} refuses project {entry.Name} with this token: {error.Message}. Nothing was changed.");
            }
        }
        var projects = file.Read().ToList();
        var known = projects.FindIndex(project => project.Name == entry.Name);
        if (known >= 0 && projects[known] with { IsDefault = false } != entry)
        {
            if (no || !Shared.Confirmed(invocation, yes, $"Update the project {entry.Name}?"))
                return no ? ExitCodes.Ok : ExitCodes.Declined;
        }
        var isDefault = known >= 0 ? projects[known].IsDefault : projects.Count == 0;
        if (!isDefault && !no && (yes ? known < 0 : invocation.Terminal.IsInputTerminal))
            isDefault = yes || invocation.Terminal.Confirm($"Make {entry.Name} the default project?") == true;
        if (isDefault)
            projects = [.. projects.Select(project => project with { IsDefault = false })];
        entry = entry with { IsDefault = isDefault };
        if (known >= 0)
            projects[known] = entry;
        else
            projects.Add(entry);
        file.Write(projects);
        invocation.Terminal.Print($"The project {entry.Name} is configured in {file.FilePath}{(isDefault ? " and is the default" : "")}");
        return ExitCodes.Ok;
    }

    private static Command Delete(Invocation invocation, ProjectsFile file)
    {
        var name = new Option<string>("--name") { Description = "The name of the project to delete", HelpName = "NAME", Required = true };
        var yes = Shared.Yes("Don't ask for confirmation");
        var delete = new Command("delete", "Delete a project config") { name, yes };
        delete.SetAction(parsed =>
        {
            var projects = file.Read();
            var entry = Find(projects, parsed.GetValue(name)!, file);
            if (!Shared.Confirmed(invocation, parsed.GetValue(yes), $"Delete the project {entry.Name} from the config?"))
                return ExitCodes.Declined;
            file.Write(projects.Where(project => project != entry));
            invocation.Terminal.Print($"The project {entry.Name} is no longer configured (nothing changed on its server)");
            return ExitCodes.Ok;
        });
        return delete;
    }

    private static Command SetDefault(Invocation invocation, ProjectsFile file)
    {
        var name = new Argument<string>("name") { Description = "The name of the project to set as default" };
        var set = new Command("set-default", "Set default project") { name };
        set.SetAction(parsed =>
        {
            var projects = file.Read();
            var entry = Find(projects, parsed.GetValue(name)!, file);
            file.Write(projects.Select(project => project with { IsDefault = project == entry }));
            invocation.Terminal.Print($"{entry.Name} is the default project");
            return ExitCodes.Ok;
        });
        return set;
    }

    private static ProjectEntry Find(IReadOnlyList<ProjectEntry> projects, string name, ProjectsFile file) =>
        projects.FirstOrDefault(project => project.Name == name)
        ?? throw new CliException(ExitCodes.Failed, $"The project {name} is not configured in {file.FilePath}.");

    private static async Task<int> ListAsync(Invocation invocation, ProjectsFile file, bool verbose, CancellationToken cancellation)
    {
        var projects = file.Read();
        if (projects.Count == 0)
        {
            invocation.Terminal.Note("No project is configured: commands use the embedded server of this machine. Add one with: gantry project add");
            return ExitCodes.Ok;
        }
        var table = verbose ? new Table("PROJECT", "URL", "STATE", "DEFAULT") : new Table("PROJECT", "URL", "DEFAULT");
        foreach (var project in projects)
        {
            var name = (project.Name, Style.Bold);
            var mark = (project.IsDefault ? "yes" : "", Style.Plain);
            if (verbose)
                table.Add(name, (project.Url, Style.Plain), await StateAsync(project, cancellation), mark);
            else
                table.Add(name, (project.Url, Style.Plain), mark);
        }
        table.Print(invocation.Terminal);
        return ExitCodes.Ok;
    }

    private static async Task<(string, Style)> StateAsync(ProjectEntry project, CancellationToken cancellation)
    {
        try
        {
            using var client = new GantryClient(new Uri(project.Url.TrimEnd('/') + "/"), project.Token);
            await client.GetProjectAsync(project.Name, cancellation);
            return ("ok", Style.Good);
        }
        catch (ApiException error)
        {
            return (error.Message, Style.Bad);
        }
        catch (Exception error) when (error is ServerUnreachableException or UriFormatException)
        {
            return ("no answer", Style.Bad);
        }
    }
}
