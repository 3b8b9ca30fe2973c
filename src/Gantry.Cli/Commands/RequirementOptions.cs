using System.CommandLine;
using Gantry.Cli.Apply;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Commands;

/// <summary>The options of dstack's <c>offer</c> that say what a run would ask for.</summary>
internal sealed class RequirementOptions
{
    private readonly Option<string?> cpu = Text("--cpu", "SPEC", "Request CPU for the run. The format is ARCH:COUNT (all parts are optional)");
    private readonly Option<string?> gpu = Text("--gpu", "SPEC", "Request GPU for the run. The format is NAME:COUNT:MEMORY (all parts are optional)");
    private readonly Option<string?> memory = Text("--memory", "RANGE", "Request the size range of RAM for the run. Example --memory 128GB..256GB");
    private readonly Option<string?> disk = Text("--disk", "RANGE", "Request the size range of disk for the run. Example --disk 100GB..");
    private readonly Option<string?> profile = Text("--profile", "NAME", "The name of the profile. Defaults to $DSTACK_PROFILE");
    private readonly Option<bool> noProfile = new("--no-profile") { Description = "Don't load any profile" };
    private readonly Option<string?> maxPrice = Text("--max-price", "PRICE", "The maximum price per hour, in dollars");
    private readonly Option<string?> maxDuration = Text("--max-duration", "DURATION", "The maximum duration of the run");
    private readonly Option<string[]> backend = List("--backend", "NAME", "The backends that will be tried for provisioning", "-b");
    private readonly Option<string[]> region = List("--region", "NAME", "The regions that will be tried for provisioning", "-r");
    private readonly Option<string[]> instanceType = List("--instance-type", "NAME", "The instance types that will be tried: on hosts of one's own, their names");
    private readonly Option<string[]> fleet = List("--fleet", "NAME", "Consider only the specified fleet(s)");
    private readonly Option<bool> reuse = new("--reuse", "-R") { Description = "Reuse an existing instance from fleet (do not provision a new one)" };
    private readonly Option<bool> dontDestroy = new("--dont-destroy") { Description = "Do not destroy instance after the run is finished" };
    private readonly Option<string?> idleDuration = Text("--idle-duration", "DURATION", "Time to wait before destroying the idle instance");
    private readonly Option<bool> spot = new("--spot") { Description = "Consider only spot instances" };
    private readonly Option<bool> onDemand = new("--on-demand") { Description = "Consider only on-demand instances" };
    private readonly Option<bool> spotAuto = new("--spot-auto") { Description = "Consider both spot and on-demand instances" };
    private readonly Option<string?> spotPolicy = Text("--spot-policy", "POLICY", "One of spot, on-demand, auto");
    private readonly Option<bool> retry = new("--retry") { Description = "Retry on every event" };
    private readonly Option<bool> noRetry = new("--no-retry") { Description = "Do not retry" };
    private readonly Option<string?> retryDuration = Text("--retry-duration", "DURATION", "How long to go on retrying");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            cpu, gpu, memory, disk, profile, noProfile, maxPrice, maxDuration, backend, region, instanceType, fleet, reuse, dontDestroy, idleDuration,
            spot, onDemand, spotAuto, spotPolicy, retry, noRetry, retryDuration,
        })
        {
            command.Options.Add(option);
        }
    }

    public Overrides Read(ParseResult parsed) => new()
    {
        Cpu = parsed.GetValue(cpu),
        Gpu = parsed.GetValue(gpu),
        Memory = parsed.GetValue(memory),
        Disk = parsed.GetValue(disk),
        MaxPrice = parsed.GetValue(maxPrice),
        MaxDuration = parsed.GetValue(maxDuration),
        Backends = parsed.GetValue(backend) ?? [],
        Regions = parsed.GetValue(region) ?? [],
        InstanceTypes = parsed.GetValue(instanceType) ?? [],
        Fleets = parsed.GetValue(fleet) ?? [],
        Reuse = parsed.GetValue(reuse),
        DontDestroy = parsed.GetValue(dontDestroy),
        IdleDuration = parsed.GetValue(idleDuration),
        SpotPolicy = parsed.GetValue(spot) ? "spot" : parsed.GetValue(onDemand) ? "on-demand" : parsed.GetValue(spotAuto) ? "auto" : parsed.GetValue(spotPolicy),
        Retry = parsed.GetValue(retry) ? true : parsed.GetValue(noRetry) ? false : null,
        RetryDuration = parsed.GetValue(retryDuration),
    };

    public Profile? Profile(Invocation invocation, ParseResult parsed) => ProfileFile.Load(invocation, parsed.GetValue(profile), parsed.GetValue(noProfile));

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    private static Option<string[]> List(string name, string helpName, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore };
}
