using System.CommandLine;
using Gantry.Cli.Apply;

namespace Gantry.Cli.Commands;

/// <summary>The options of <c>apply</c>: dstack's, as far as what they set exists.</summary>
internal sealed class ApplyOptions
{
    private readonly Argument<string[]> runArguments = new("RUN_ARGS")
    {
        Description = "Run arguments. Available in the configuration commands as ${{ run.args }}. Use -- to separate run options from gantry options",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> project = Shared.Project();
    private readonly Option<string?> file = Text("--file", "FILE", "The path to the configuration file. Specify - to read configuration from stdin. Defaults to $PWD/.dstack.yml", "-f");
    private readonly Option<bool> yes = Shared.Yes();
    private readonly Option<bool> force = Flag("--force", "Force apply when no changes detected, or when the run changed meanwhile");
    private readonly Option<bool> detach = Flag("--detach", "Exit immediately after submitting configuration", "-d");
    private readonly Option<bool> verbose = Flag("--verbose", "Show all plan properties including those with default values", "-v");

    private readonly Option<string?> name = Text("--name", "RUN_NAME", "The name of the run. If not specified, a random name is assigned", "-n");
    private readonly Option<int?> maxOffers = new("--max-offers") { Description = "Number of offers to show in the run plan", HelpName = "MAX_OFFERS" };
    private readonly Option<string[]> env = List("--env", "KEY[=VALUE]", "Environment variables", "-e");
    private readonly Option<string?> cpu = Text("--cpu", "SPEC", "Request CPU for the run. The format is ARCH:COUNT (all parts are optional)");
    private readonly Option<string?> gpu = Text("--gpu", "SPEC", "Request GPU for the run. The format is NAME:COUNT:MEMORY (all parts are optional)");
    private readonly Option<string?> memory = Text("--memory", "RANGE", "Request the size range of RAM for the run. Example --memory 128GB..256GB");
    private readonly Option<string?> disk = Text("--disk", "RANGE", "Request the size range of disk for the run. Example --disk 100GB..");
    private readonly Option<string[]> port = List("--port", "MAPPING", "Exposed port or mapping", "-p");

    private readonly Option<string?> profile = Text("--profile", "NAME", "The name of the profile. Defaults to $DSTACK_PROFILE");
    private readonly Option<bool> noProfile = Flag("--no-profile", "Don't load any profile. Enabled by default if $DSTACK_NO_PROFILE is set and --profile is not specified");
    private readonly Option<string?> maxPrice = Text("--max-price", "PRICE", "The maximum price per hour, in dollars");
    private readonly Option<string?> maxDuration = Text("--max-duration", "DURATION", "The maximum duration of the run");
    private readonly Option<string[]> backend = List("--backend", "NAME", "The backends that will be tried for provisioning", "-b");
    private readonly Option<string[]> region = List("--region", "NAME", "The regions that will be tried for provisioning", "-r");
    private readonly Option<string[]> instanceType = List("--instance-type", "NAME", "The cloud-specific instance types that will be tried for provisioning");
    private readonly Option<string[]> fleet = List("--fleet", "NAME", "Consider only the specified fleet(s)");
    private readonly Option<bool> reuse = Flag("--reuse", "Reuse an existing instance from fleet (do not provision a new one)", "-R");
    private readonly Option<bool> dontDestroy = Flag("--dont-destroy", "Do not destroy instance after the run is finished (if the run provisions a new instance)");
    private readonly Option<string?> idleDuration = Text("--idle-duration", "DURATION", "Time to wait before destroying the idle instance (if the run provisions a new instance)");
    private readonly Option<bool> spot = Flag("--spot", "Consider only spot instances");
    private readonly Option<bool> onDemand = Flag("--on-demand", "Consider only on-demand instances");
    private readonly Option<bool> spotAuto = Flag("--spot-auto", "Consider both spot and on-demand instances");
    private readonly Option<string?> spotPolicy = Text("--spot-policy", "POLICY", "One of spot, on-demand, auto");
    private readonly Option<bool> retry = Flag("--retry", "Retry on every event");
    private readonly Option<bool> noRetry = Flag("--no-retry", "Do not retry");
    private readonly Option<string?> retryDuration = Text("--retry-duration", "DURATION", "How long to go on retrying");
    private readonly Option<string?> repo = Text("--repo", "REPO", "The repo to use for the run. Can be a local path or a Git repo URL. Wins over the configuration's", "-P");
    private readonly Option<string?> repoBranch = Text("--repo-branch", "REPO_BRANCH", "The repo branch to use for the run");
    private readonly Option<string?> repoHash = Text("--repo-hash", "REPO_HASH", "The hash of the repo commit to use for the run");
    private readonly Option<bool> noRepo = Flag("--no-repo", "Do not use any repo for the run");
    private readonly Option<string?> token = Text("--token", "OAUTH_TOKEN", "An authentication token to access a private Git repo", "-t");
    private readonly Option<string?> gitIdentity = Text("--git-identity", "SSH_PRIVATE_KEY", "The private SSH key path to access a private Git repo");

    public void AddTo(Command command)
    {
        command.Arguments.Add(runArguments);
        foreach (var option in new Option[]
        {
            project, file, yes, force, detach, verbose, name, maxOffers, env, cpu, gpu, memory, disk, port, profile, noProfile, maxPrice, maxDuration, backend, region,
            instanceType, fleet, reuse, dontDestroy, idleDuration, spot, onDemand, spotAuto, spotPolicy, retry, noRetry, retryDuration, repo, repoBranch, repoHash, noRepo, token, gitIdentity,
        })
        {
            command.Options.Add(option);
        }
        AtMostOne(command, profile, noProfile);
        AtMostOne(command, reuse, dontDestroy, idleDuration);
        AtMostOne(command, spot, onDemand, spotAuto, spotPolicy);
        AtMostOne(command, retry, noRetry, retryDuration);
        AtMostOne(command, noRepo, repo);
        AtMostOne(command, token, gitIdentity);
    }

    public ApplyRequest Read(ParseResult parsed) => new()
    {
        Project = parsed.GetValue(project),
        File = parsed.GetValue(file) ?? ConfigurationFile.DefaultName,
        Yes = parsed.GetValue(yes),
        Force = parsed.GetValue(force),
        Detach = parsed.GetValue(detach),
        Verbose = parsed.GetValue(verbose),
        Profile = parsed.GetValue(profile),
        NoProfile = parsed.GetValue(noProfile),
        MaxOffers = parsed.GetValue(maxOffers),
        RepoToken = parsed.GetValue(token),
        RepoKey = parsed.GetValue(gitIdentity),
        Overrides = new Overrides
        {
            Name = parsed.GetValue(name),
            Env = parsed.GetValue(env)!,
            Cpu = parsed.GetValue(cpu),
            Gpu = parsed.GetValue(gpu),
            Memory = parsed.GetValue(memory),
            Disk = parsed.GetValue(disk),
            Ports = parsed.GetValue(port)!,
            MaxPrice = parsed.GetValue(maxPrice),
            MaxDuration = parsed.GetValue(maxDuration),
            Backends = parsed.GetValue(backend)!,
            Regions = parsed.GetValue(region)!,
            InstanceTypes = parsed.GetValue(instanceType)!,
            Fleets = parsed.GetValue(fleet)!,
            Reuse = parsed.GetValue(reuse),
            DontDestroy = parsed.GetValue(dontDestroy),
            IdleDuration = parsed.GetValue(idleDuration),
            SpotPolicy = parsed.GetValue(spot) ? "spot" : parsed.GetValue(onDemand) ? "on-demand" : parsed.GetValue(spotAuto) ? "auto" : parsed.GetValue(spotPolicy),
            Retry = parsed.GetValue(retry) ? true : parsed.GetValue(noRetry) ? false : null,
            RetryDuration = parsed.GetValue(retryDuration),
            RunArguments = parsed.GetValue(runArguments)!,
            Repo = parsed.GetValue(repo),
            RepoBranch = parsed.GetValue(repoBranch),
            RepoHash = parsed.GetValue(repoHash),
            NoRepo = parsed.GetValue(noRepo),
        },
    };

    private static void AtMostOne(Command command, params Option[] options) => command.Validators.Add(result =>
    {
        var given = options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToList();
        if (given.Count > 1)
            result.AddError($"{string.Join(" and ", given)} exclude each other.");
    });

    private static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    private static Option<string?> Text(string name, string helpName, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    private static Option<string[]> List(string name, string helpName, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore };
}
