using System.CommandLine;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Client;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry metrics RUN</c>: what a job of a run uses.</summary>
internal static class MetricsCommand
{
    private const int MostPoints = 1000;

    private static readonly TimeSpan Repaint = TimeSpan.FromSeconds(5);

    public static Command Build(Invocation invocation)
    {
        var run = new Argument<string>("run_name") { Description = "The run" };
        var project = Shared.Project();
        var watch = new Option<bool>("--watch", "-w") { Description = "Watch run metrics in realtime" };
        var replica = Shared.Number("--replica", "The replica number. Defaults to 0", "REPLICA");
        var job = Shared.Number("--job", "The job number inside the replica. Defaults to 0", "JOB");
        var command = new Command("metrics", "Show run metrics") { run, project, watch, replica, job };
        HelpPage.SetEnding(command, """
            Examples:
              gantry metrics train             the last hour of the first job
              gantry metrics train --job 1 -w  another node, live
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(run)!, parsed.GetValue(replica), parsed.GetValue(job), parsed.GetValue(watch), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, string? named, string run, int replica, int job, bool watch, CancellationToken cancellation)
    {
        using var project = ProjectConnection.Open(invocation, named);
        var table = new LiveTable(invocation.Terminal);
        while (true)
        {
            try
            {
                var metrics = await project.Client.GetJobMetricsAsync(project.Name, run, replica, job, MostPoints, cancellation);
                table.Draw(MetricCharts.Of(metrics));
            }
            catch (ServerUnreachableException) when (watch)
            {
                table.Draw([" The server does not answer; trying again ..."]);
            }
            if (!watch)
                return ExitCodes.Ok;
            await Task.Delay(Repaint, invocation.Time, cancellation);
        }
    }
}
