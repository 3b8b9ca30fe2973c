using System.CommandLine;
using System.Text.Json;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry quarantine</c>: jobs that a host runs and the database doesn't know.</summary>
internal static class QuarantineCommand
{
    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project(recursive: true);
        var json = Shared.Json("Output in JSON format");
        json.Recursive = true;
        var list = new Command("list", "List quarantined jobs");
        list.SetAction((parsed, cancellation) => ListAsync(invocation, parsed.GetValue(project), parsed.GetValue(json), cancellation));

        var jobs = new Argument<Guid[]>("JOB") { Description = "Ids of jobs, from the list", Arity = ArgumentArity.OneOrMore };
        var yes = Shared.Yes();
        var stop = new Command("stop", "Stop quarantined jobs") { jobs, yes };
        stop.SetAction((parsed, cancellation) => StopAsync(invocation, parsed.GetValue(project), parsed.GetValue(jobs)!, parsed.GetValue(yes), cancellation));

        var command = new Command("quarantine", "Jobs that a host runs and the server's database does not know: they go on until someone decides. For administrators")
        {
            project, json, list, stop,
        };
        command.SetAction((parsed, cancellation) => ListAsync(invocation, parsed.GetValue(project), parsed.GetValue(json), cancellation));
        HelpPage.SetEnding(command, """
            Jobs come here when the database was replaced by an older copy. Absence never kills: nothing stops them by itself.

            Examples:
              gantry quarantine
              gantry quarantine stop 5f0c2c3e-93a4-4f55-9d5b-6f9f0d8f2c11
            """);
        return command;
    }

    private static async Task<int> ListAsync(Invocation invocation, string? named, bool json, CancellationToken cancellation)
    {
        using var project = ProjectConnection.Open(invocation, named);
        var jobs = await project.Client.ListQuarantinedAsync(cancellation);
        if (json)
            invocation.Terminal.Print(JsonSerializer.Serialize(jobs, ApiJson.Default.IReadOnlyListQuarantinedJob));
        else if (jobs.Count == 0)
            invocation.Terminal.Print("No job is quarantined.");
        else
            RunTable.Of(jobs, invocation.Now).Print(invocation.Terminal);
        return ExitCodes.Ok;
    }

    private static async Task<int> StopAsync(Invocation invocation, string? named, Guid[] jobs, bool yes, CancellationToken cancellation)
    {
        if (!Shared.Confirmed(invocation, yes, $"Stop {Words.Of(jobs.Length, "quarantined job")}?"))
            return ExitCodes.Declined;
        using var project = ProjectConnection.Open(invocation, named);
        await project.Client.StopQuarantinedAsync(new StopQuarantinedRequest(jobs), cancellation);
        invocation.Terminal.Print($"Stopping {Words.Of(jobs.Length, "quarantined job")}");
        return ExitCodes.Ok;
    }
}
