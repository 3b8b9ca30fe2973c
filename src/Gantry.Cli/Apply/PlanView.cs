using System.Globalization;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Cli.Apply;

/// <summary>A plan as text: what will be run, and where it could.</summary>
internal static class PlanView
{
    private const int DefaultOffers = 3;

    public static IEnumerable<string> Lines(RunPlan plan, ApplyRequest request, Terminal terminal)
    {
        var spec = plan.EffectiveRunSpec ?? plan.RunSpec;
        var properties = new Table("", "");
        foreach (var (name, value, isDefault) in Properties(plan, spec))
        {
            if (!isDefault || request.Verbose)
                properties.Add((name, Style.Bold), (value, Style.Plain));
        }
        foreach (var line in properties.Lines(terminal))
            yield return line;
        yield return "";

        if (plan.JobPlans.Count == 0)
            yield return NoOffers(terminal);
        // The nodes of a group are alike.
        var groups = plan.JobPlans.DistinctBy(job => job.JobSpec.NodeGroupIndex).ToList();
        foreach (var job in groups)
        {
            if (groups.Count > 1)
                yield return $"Group {job.JobSpec.NodeGroupName}";
            foreach (var line in Offers(job, request, terminal))
                yield return line;
            yield return "";
        }
    }

    private static IEnumerable<string> Offers(JobPlan job, ApplyRequest request, Terminal terminal)
    {
        if (job.Offers.Count == 0)
        {
            yield return NoOffers(terminal);
            yield break;
        }
        var shown = job.Offers.Take(request.MaxOffers ?? DefaultOffers).ToList();
        foreach (var line in OfferTable.Of(shown).Lines(terminal))
            yield return line;
        if (job.TotalOffers > shown.Count)
            yield return $"    Shown {shown.Count} of {Words.Of(job.TotalOffers, "offer")}{(job.MaxPrice is { } price ? $", {Words.Price(price)} max" : "")}";
    }

    private static string NoOffers(Terminal terminal) => terminal.Paint(" No host offers what this run asks for at the moment.", Style.Busy);

    private static IEnumerable<(string Name, string Value, bool IsDefault)> Properties(RunPlan plan, RunSpec spec)
    {
        yield return ("Project", plan.ProjectName, false);
        yield return ("User", plan.User, false);
        if (spec.ConfigurationPath is { } path)
            yield return ("Configuration", path, false);
        yield return ("Type", spec.Configuration.Type, false);
        if (spec.Configuration is not RunConfiguration run)
            yield break;
        var profile = spec.Profile;
        if (run is TaskConfiguration { Nodes: > 1 and var nodes })
            yield return ("Nodes", nodes.ToString(CultureInfo.InvariantCulture), false);
        var groups = (run as TaskConfiguration)?.Groups;
        foreach (var (index, group) in (groups ?? []).Index())
            yield return ($"Group {group.Name ?? index.ToString(CultureInfo.InvariantCulture)}", $"{Words.Of(group.Nodes, "node")}, {Resources(group.Resources)}", false);
        if (groups is null)
            yield return ("Resources", Resources(run.Resources), run.Resources == ResourcesSpec.Default);
        if (profile is { Name.Length: > 0 })
            yield return ("Profile", profile.Name, profile.Name == "default");
        var spot = run.SpotPolicy ?? profile?.SpotPolicy;
        yield return ("Spot policy", spot is { } policy ? WireName.Of(policy) : "on-demand", spot is null);
        var price = run.MaxPrice ?? profile?.MaxPrice;
        yield return ("Max price", price is { } dollars ? Words.Price(dollars) : "off", price is null);
        var retry = run.Retry ?? profile?.Retry;
        yield return ("Retry policy", Retry(retry), retry is null);
        var maxDuration = run.MaxDuration ?? profile?.MaxDuration;
        yield return ("Max duration", maxDuration is { } duration ? DurationText.Print(duration) : "off", maxDuration is null);
        if (run is DevEnvironmentConfiguration environment)
            yield return ("Inactivity duration", environment.InactivityDuration is { } alone ? DurationText.Print(alone) : "off", environment.InactivityDuration is null);
        var schedule = run.Schedule ?? profile?.Schedule;
        if (schedule is not null)
            yield return ("Schedule", string.Join("; ", schedule.Cron) + " (UTC)", false);
        yield return ("Priority", (run.Priority ?? 0).ToString(CultureInfo.InvariantCulture), run.Priority is null or 0);
    }

    private static string Resources(ResourcesSpec resources)
    {
        var parts = new List<string>();
        if (resources.Cpu is { } cpu)
            parts.Add("cpu=" + CpuSpecText.Print(cpu));
        if (resources.Memory is { } memory)
            parts.Add("mem=" + RangeText.Print(memory));
        if (resources.Disk is { } disk)
            parts.Add("disk=" + RangeText.Print(disk));
        if (resources.Gpu is { } gpu && gpu != GpuSpecText.Default)
            parts.Add("gpu=" + GpuSpecText.Print(gpu));
        return parts.Count > 0 ? string.Join(' ', parts) : "any";
    }

    private static string Retry(RetrySpec? retry) => retry switch
    {
        null or { Enabled: false } => "off",
        { OnEvents: { } events } => string.Join(", ", events.Select(WireName.Of)) + For(retry),
        _ => "on" + For(retry),
    };

    private static string For(RetrySpec retry) => retry.Duration is { } duration ? $" for {DurationText.Print(duration)}" : "";
}
