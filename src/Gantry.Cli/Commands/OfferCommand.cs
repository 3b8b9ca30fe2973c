using System.CommandLine;
using Gantry.Cli.Apply;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry offer</c>: which hosts could hold a run of these requirements.</summary>
internal static class OfferCommand
{
    private const string Gpu = "gpu";

    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project();
        var format = Shared.Format();
        var json = Shared.Json();
        var groupBy = new Option<string[]>("--group-by")
        {
            Description = "Group results by fields (gpu, backend, region, count). Optional, but if used, must include gpu. The use of region also requires backend. Can be repeated or comma-separated",
            HelpName = "GROUP_BY",
        };
        var maxOffers = new Option<int?>("--max-offers") { Description = "Number of offers to show", HelpName = "MAX_OFFERS" };
        var full = new Option<bool>("--full-offers") { Description = "Show full offers not adjusted by requirements" };
        var unallocated = new Option<bool>("--unallocated") { Description = "Subtract allocated resources to show only unallocated resources" };
        var requirements = new RequirementOptions();
        var command = new Command("offer", "List offers") { project, format, json, groupBy, maxOffers, full, unallocated };
        requirements.AddTo(command);
        HelpPage.SetEnding(command, """
            Examples:
              gantry offer --gpu 24GB..              hosts with a GPU of at least 24GB
              gantry offer --gpu H100:8 --unallocated
              gantry offer --group-by gpu,count      GPUs by model and number
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation,
            parsed.GetValue(project),
            new Question(requirements.Read(parsed), requirements.Profile(invocation, parsed), parsed.GetValue(full), parsed.GetValue(unallocated), parsed.GetValue(maxOffers)),
            [.. (parsed.GetValue(groupBy) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()],
            parsed.GetValue(json) || parsed.GetValue(format) == "json",
            cancellation));
        return command;
    }

    private sealed record Question(Overrides Overrides, Profile? Profile, bool Full, bool Unallocated, int? MaxOffers);

    private static async Task<int> RunAsync(Invocation invocation, string? named, Question question, IReadOnlyList<string> groupBy, bool json, CancellationToken cancellation)
    {
        if (groupBy.FirstOrDefault(key => key is not (Gpu or "backend" or "region" or "count")) is { } unknown)
            throw new CliException(ExitCodes.Usage, $"--group-by: '{unknown}' is not one of gpu, backend, region, count.");
        if (groupBy.Count > 0 && !groupBy.Contains(Gpu))
            throw new CliException(ExitCodes.Usage, "--group-by needs gpu among its fields.");
        if (groupBy.Contains("region") && !groupBy.Contains("backend"))
            throw new CliException(ExitCodes.Usage, "--group-by: region needs backend, too.");
        var spec = Spec(question);
        using var project = ProjectConnection.Open(invocation, named);
        if (groupBy.Count > 0)
            await GroupsAsync(invocation, project, question, spec, [.. groupBy.Where(key => key != Gpu)], json, cancellation);
        else
            await OffersAsync(invocation, project, question, spec, json, cancellation);
        return ExitCodes.Ok;
    }

    // A task that does nothing: only what it asks of a host is of interest.
    private static RunSpec Spec(Question question)
    {
        var problems = new List<string>();
        var task = question.Overrides.Apply(new TaskConfiguration { Commands = [":"] }, problems);
        if (problems.Count > 0)
            throw new CliException(ExitCodes.Invalid, string.Join('\n', problems));
        return new RunSpec { RepoId = "none", Configuration = task, Profile = question.Profile };
    }

    private static async Task OffersAsync(Invocation invocation, ProjectConnection project, Question question, RunSpec spec, bool json, CancellationToken cancellation)
    {
        var plan = await project.Client.GetRunPlanAsync(
            project.Name,
            new GetRunPlanRequest { RunSpec = spec, MaxOffers = question.MaxOffers, FullOffers = question.Full, UnallocatedResources = question.Unallocated, ForOffersOnly = true },
            cancellation);
        var job = plan.JobPlans[0];
        if (json)
        {
            invocation.Terminal.Print(OfferJson.Of(plan, job));
            return;
        }
        if (job.Offers.Count == 0)
            invocation.Terminal.Note("No host offers that at the moment.");
        foreach (var line in OfferTable.Of(job.Offers).Lines(invocation.Terminal))
            invocation.Terminal.Print(line);
        if (job.TotalOffers > job.Offers.Count)
            invocation.Terminal.Note($"Shown {job.Offers.Count} of {Words.Of(job.TotalOffers, "offer")}");
    }

    private static async Task GroupsAsync(
        Invocation invocation, ProjectConnection project, Question question, RunSpec spec, IReadOnlyList<string> groupBy, bool json, CancellationToken cancellation)
    {
        var reply = await project.Client.ListGpusAsync(
            project.Name,
            new ListGpusRequest { RunSpec = spec, GroupBy = groupBy, FullOffers = question.Full, UnallocatedResources = question.Unallocated },
            cancellation);
        if (json)
            invocation.Terminal.Print(OfferJson.Of(project.Name, reply));
        else if (reply.Gpus.Count == 0)
            invocation.Terminal.Note("No host offers such a GPU at the moment.");
        else
            foreach (var line in OfferTable.Of(reply.Gpus).Lines(invocation.Terminal))
                invocation.Terminal.Print(line);
    }
}
