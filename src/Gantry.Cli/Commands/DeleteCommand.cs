using System.CommandLine;
using Gantry.Cli.Apply;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry delete RUN...</c>, and dstack's <c>delete -f FILE</c>.</summary>
internal static class DeleteCommand
{
    public static Command Build(Invocation invocation)
    {
        var runs = new Argument<string[]>("run_name") { Description = "Runs to delete. Without any, the one of the configuration file", Arity = ArgumentArity.ZeroOrMore };
        var project = Shared.Project();
        var file = new Option<string?>("--file", "-f") { Description = "The path to the configuration file. Specify - for standard input. Defaults to $PWD/.dstack.yml", HelpName = "FILE" };
        var yes = Shared.Yes();
        var command = new Command("delete", "Delete resources") { runs, project, file, yes };
        command.Aliases.Add("destroy");
        HelpPage.SetEnding(command, """
            Examples:
              gantry delete hello              a finished run, with its log
              gantry delete -f hello.dstack.yml -y

            A run that has not finished is not deleted: stop it first.
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(runs)!, parsed.GetValue(file), parsed.GetValue(yes), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, string? named, string[] names, string? file, bool yes, CancellationToken cancellation)
    {
        if (names.Length > 0 && file is not null)
            throw new CliException(ExitCodes.Usage, "Name runs or give a file with -f, not both.");
        if (names.Length == 0)
        {
            var path = file ?? ConfigurationFile.DefaultName;
            var configuration = ConfigurationFile.Require(invocation, path);
            if (configuration is FleetConfiguration { Name: { } fleet })
            {
                using var connection = ProjectConnection.Open(invocation, named);
                return await FleetCommand.DeleteAsync(invocation, connection, fleet, [], yes, cancellation);
            }
            if (configuration is VolumeConfiguration { Name: { } volume })
            {
                using var connection = ProjectConnection.Open(invocation, named);
                return await VolumeCommand.DeleteAsync(invocation, connection, [volume], yes, cancellation);
            }
            names = [configuration.Name ?? throw new CliException(ExitCodes.Invalid, $"{path} has no name, so it does not say which run to delete. Name it: gantry delete RUN")];
        }
        names = [.. names.Distinct()];

        using var project = ProjectConnection.Open(invocation, named);
        foreach (var name in names)
        {
            var run = RunRow.Read(await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(name), cancellation));
            if (!run.IsFinished)
                throw new CliException(ExitCodes.Failed, $"The run {name} has not ended ({run.StatusMessage}). Nothing was deleted. Stop it first: gantry stop {name}");
        }
        var which = names.Length == 1 ? $"the run {names[0]}" : $"the runs {string.Join(", ", names)}";
        if (!Shared.Confirmed(invocation, yes, $"Delete {which}?"))
            return ExitCodes.Declined;
        await project.Client.DeleteRunsAsync(project.Name, new DeleteRunsRequest(names), cancellation);
        invocation.Terminal.Print($"Deleted {which}");
        return ExitCodes.Ok;
    }
}
