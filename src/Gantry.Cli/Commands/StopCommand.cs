using System.CommandLine;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry stop RUN...</c>: stops runs, or aborts them.</summary>
internal static class StopCommand
{
    public static Command Build(Invocation invocation)
    {
        var runs = new Argument<string[]>("run_name") { Description = "The run to stop, or several", Arity = ArgumentArity.OneOrMore };
        var project = Shared.Project();
        var abort = new Option<bool>("--abort", "-x") { Description = "Kill its jobs at once, without the time that stop_duration gives them to end well" };
        var yes = Shared.Yes();
        var command = new Command("stop", "Stop a run") { runs, project, abort, yes };
        HelpPage.SetEnding(command, """
            Examples:
              gantry stop hello                asks, then sends its processes SIGTERM, and SIGKILL after stop_duration
              gantry stop -x -y hello          kills them at once, without asking

            Returns when the server has noted it. Wait for the end with: gantry logs -f RUN
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(runs)!, parsed.GetValue(abort), parsed.GetValue(yes), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, string? named, string[] names, bool abort, bool yes, CancellationToken cancellation)
    {
        using var project = ProjectConnection.Open(invocation, named);
        var active = new List<string>();
        foreach (var name in names.Distinct())
        {
            var run = RunRow.Read(await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(name), cancellation));
            if (run.IsFinished)
                invocation.Terminal.Note($"The run {name} has ended already ({run.StatusMessage}).");
            else
                active.Add(name);
        }
        if (active.Count == 0)
            return ExitCodes.Ok;
        var which = active.Count == 1 ? $"the run {active[0]}" : $"the runs {string.Join(", ", active)}";
        if (!Shared.Confirmed(invocation, yes, $"{(abort ? "Abort" : "Stop")} {which}?"))
            return ExitCodes.Declined;
        await project.Client.StopRunsAsync(project.Name, new StopRunsRequest(active, abort), cancellation);
        invocation.Terminal.Print($"{(abort ? "Aborting" : "Stopping")} {which}");
        return ExitCodes.Ok;
    }
}
