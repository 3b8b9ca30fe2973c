using System.CommandLine;
using System.Text.Json;
using Gantry.Cli.Following;
using Gantry.Cli.Listing;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry logs RUN</c>: what a job wrote, byte for byte.</summary>
internal static class LogsCommand
{
    private const int PageSize = 1000;

    private sealed record Choice(string? Project, string Run, bool Follow, bool Diagnose, int Replica, int Job, string? Since);

    public static Command Build(Invocation invocation)
    {
        var run = new Argument<string>("run_name") { Description = "The run" };
        var project = Shared.Project();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the run has ended" };
        var diagnose = new Option<bool>("--diagnose", "-d") { Description = "Show run diagnostic logs" };
        var replica = Shared.Number("--replica", "The replica number. Defaults to 0", "REPLICA");
        var job = Shared.Number("--job", "The job number inside the replica. Defaults to 0", "JOB");
        var since = Shared.Since("Show only logs newer than the specified date.");
        var command = new Command("logs", "Show logs") { run, project, follow, diagnose, replica, job, since };
        HelpPage.SetEnding(command, """
            Examples:
              gantry logs hello                everything that its latest attempt wrote so far
              gantry logs -f hello             and what it goes on to write
              gantry logs hello --job 1 --since 10m
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation,
            new Choice(
                parsed.GetValue(project), parsed.GetValue(run)!, parsed.GetValue(follow), parsed.GetValue(diagnose),
                parsed.GetValue(replica), parsed.GetValue(job), parsed.GetValue(since)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, Choice choice, CancellationToken cancellation)
    {
        var since = Shared.ParseSince(choice.Since, invocation.Now);
        using var project = ProjectConnection.Open(invocation, choice.Project);
        if (choice.Diagnose)
            return await DiagnoseAsync(invocation, project, choice, since, cancellation);

        var options = new FollowOptions { Replica = choice.Replica, Job = choice.Job, Status = false, Follow = choice.Follow, Since = since };
        await foreach (var happened in new RunFollower(invocation, project, choice.Run).FollowAsync(options, cancellation))
        {
            if (happened is RunEvent.Output output)
                invocation.Terminal.WriteJobOutput(output.Bytes.Span);
        }
        return ExitCodes.Ok;
    }

    private static async Task<int> DiagnoseAsync(Invocation invocation, ProjectConnection project, Choice choice, DateTimeOffset? since, CancellationToken cancellation)
    {
        if (choice.Follow)
            throw new CliException(ExitCodes.Usage, "--diagnose shows what is stored; it cannot be combined with --follow.");
        var run = await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(choice.Run), cancellation);
        var submission = Latest(run, choice)
            ?? throw new CliException(ExitCodes.Failed, $"The run {choice.Run} has no replica {choice.Replica} with a job {choice.Job}.");
        var request = new PollLogsRequest { RunName = choice.Run, JobSubmissionId = submission, StartTime = since, Limit = PageSize, Diagnose = true };
        while (true)
        {
            var page = await project.Client.PollLogsAsync(project.Name, request, cancellation);
            foreach (var entry in page.Logs)
                invocation.Terminal.WriteJobOutput(Convert.FromBase64String(entry.Message));
            if (page.Logs.Count == 0 || page.NextToken is null)
                return ExitCodes.Ok;
            request = request with { NextToken = page.NextToken };
        }
    }

    private static Guid? Latest(JsonElement run, Choice choice)
    {
        foreach (var job in RunRow.Items(run, "jobs"))
        {
            var spec = RunRow.Child(job, "job_spec");
            if (RunRow.Number(spec, "replica_num") == choice.Replica && RunRow.Number(spec, "job_num") == choice.Job)
                return RunRow.Last(job, "job_submissions") is { ValueKind: JsonValueKind.Object } last ? last.GetProperty("id").GetGuid() : null;
        }
        return null;
    }
}
