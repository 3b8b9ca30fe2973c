using Gantry.Cli.Following;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.States;

namespace Gantry.Cli.Apply;

/// <summary>Plan, question, submission.</summary>
internal sealed class Submission(Invocation invocation, ProjectConnection project, ApplyRequest request)
{
    /// <summary>Submits the run; null when someone said no, or there was nobody to ask.</summary>
    public async Task<Run?> SubmitAsync(PreparedRun prepared, CancellationToken cancellation)
    {
        var plan = await project.Client.GetRunPlanAsync(project.Name, new GetRunPlanRequest { RunSpec = prepared.Spec, MaxOffers = request.MaxOffers }, cancellation);
        var terminal = invocation.Terminal;
        foreach (var line in PlanView.Lines(plan, request, terminal))
            terminal.Note(line);
        if (!Confirmed(plan))
            return null;

        var current = plan.CurrentResource;
        if (current is { Status: var status } && !status.IsFinished() && plan.Action == "create")
            await StopAsync(current, cancellation);
        var spec = await prepared.Files.UploadAsync(plan.RunSpec, project.Client, cancellation);
        if (prepared.Repo is { } repo)
            spec = await repo.UploadAsync(spec, project, invocation, request, cancellation);
        var apply = new ApplyRunPlanRequest(new ApplyRunPlanInput(spec, current), request.Force);
        try
        {
            return await project.Client.ApplyRunPlanAsync(project.Name, apply, cancellation);
        }
        catch (ServerUnreachableException) when (plan.RunSpec.RunName is not null)
        {
            // The server may have died after it had stored the run, or before: the run itself tells.
            return await FindStoredAsync(plan, cancellation) ?? await project.Client.ApplyRunPlanAsync(project.Name, apply, cancellation);
        }
    }

    private async Task<Run?> FindStoredAsync(RunPlan plan, CancellationToken cancellation)
    {
        try
        {
            var run = await project.Client.GetRunAsync(project.Name, new GetRunRequest(plan.RunSpec.RunName), cancellation);
            return run.Id == plan.CurrentResource?.Id ? null : run;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    private bool Confirmed(RunPlan plan)
    {
        var name = plan.RunSpec.RunName;
        var question = plan.CurrentResource switch
        {
            null => name is null ? "Submit a new run?" : $"Submit the run {name}?",
            { Status: var status } when status.IsFinished() => $"Finished run {name} already exists. Override the run?",
            _ when plan.Action == "update" => $"Active run {name} already exists. Update the run?",
            _ => $"Active run {name} already exists. Stop and override the run?",
        };
        if (request.Yes)
            return true;
        if (request.File == "-")
        {
            invocation.Terminal.Error("The configuration came from standard input, so there is nobody to ask. Nothing was submitted. Use -y to submit without asking.");
            return false;
        }
        switch (invocation.Terminal.Confirm(question))
        {
            case true:
                return true;
            case null:
                invocation.Terminal.Error("There was nobody to answer. Nothing was submitted. Use -y to submit without asking.");
                return false;
            default:
                invocation.Terminal.Note("Nothing was submitted.");
                return false;
        }
    }

    /// <summary>Stops the run that has the name now, and waits for its end.</summary>
    private async Task StopAsync(Run current, CancellationToken cancellation)
    {
        var name = current.RunSpec.RunName!;
        invocation.Terminal.Note($"Stopping the active run {name} ...");
        await project.Client.StopRunsAsync(project.Name, new StopRunsRequest([name], Abort: false), cancellation);
        await foreach (var _ in new RunFollower(invocation, project, name).FollowAsync(new FollowOptions { Logs = false }, cancellation)) { }
    }
}
