using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Cli.Apply;

/// <summary>Options of the command line that set what the configuration also could; the command line wins. Values are read as the file's are.</summary>
internal sealed record Overrides
{
    public string? Name { get; init; }
    public string[] Env { get; init; } = [];
    public string? Cpu { get; init; }
    public string? Gpu { get; init; }
    public string? Memory { get; init; }
    public string? Disk { get; init; }
    public string? MaxPrice { get; init; }
    public string? MaxDuration { get; init; }
    public string? IdleDuration { get; init; }
    public string? SpotPolicy { get; init; }
    public string? RetryDuration { get; init; }
    public bool? Retry { get; init; }
    public bool Reuse { get; init; }
    public bool DontDestroy { get; init; }
    public string[] Backends { get; init; } = [];
    public string[] Regions { get; init; } = [];
    public string[] InstanceTypes { get; init; } = [];
    public string[] Fleets { get; init; } = [];
    public string[] Ports { get; init; } = [];
    public string[] RunArguments { get; init; } = [];
    public string? Repo { get; init; }
    public string? RepoBranch { get; init; }
    public string? RepoHash { get; init; }
    public bool NoRepo { get; init; }

    /// <summary>The configuration with these in it. What cannot be read is added to the problems.</summary>
    public RunConfiguration Apply(RunConfiguration run, List<string> problems)
    {
        if (Name is not null && !RunName.IsValid(Name))
            problems.Add($"--name: \"{Name}\" is not a name; allowed: {RunName.Allowed}");
        var maxDuration = Read("--max-duration", MaxDuration, DurationText.ParseOrOff, problems);
        var idleDuration = DontDestroy ? DurationOrOff.Off : Read("--idle-duration", IdleDuration, DurationText.ParseOrOff, problems);
        var maxPrice = Read("--max-price", MaxPrice, PriceText.Parse, problems);
        return WithArguments(run, problems) with
        {
            Name = Name ?? run.Name,
            Env = WithEnv(run.Env, problems),
            Resources = WithResources(run.Resources, problems),
            Ports = WithPorts(run.Ports, problems),
            MaxPrice = maxPrice ?? run.MaxPrice,
            MaxDuration = maxDuration ?? run.MaxDuration,
            IdleDuration = idleDuration ?? run.IdleDuration,
            SpotPolicy = Spot(problems) ?? run.SpotPolicy,
            Retry = WithRetry(run.Retry, problems),
            CreationPolicy = Reuse ? Model.Configurations.CreationPolicy.Reuse : run.CreationPolicy,
            Backends = OrOwn(Backends, run.Backends),
            Regions = OrOwn(Regions, run.Regions),
            InstanceTypes = OrOwn(InstanceTypes, run.InstanceTypes),
            Fleets = OrOwn(Fleets, run.Fleets),
            Repos = WithRepo(run.Repos, problems),
        };
    }

    private IReadOnlyList<RepoSpec> WithRepo(IReadOnlyList<RepoSpec> own, List<string> problems)
    {
        if (NoRepo)
            return [];
        var repo = own is [var one, ..] ? one : null;
        if (Repo is not null)
            repo = (RepoUrl.Parse(Repo) is null ? new RepoSpec { LocalPath = Repo } : new RepoSpec { Url = Repo }) with { Path = repo?.Path ?? ".", IfExists = repo?.IfExists ?? RepoExistsAction.Error };
        if (repo is null && (RepoBranch ?? RepoHash) is not null)
            problems.Add("--repo-branch, --repo-hash: there is no repo that they could be of; name one with --repo");
        return repo is null ? [] : [repo with { Branch = RepoBranch ?? repo.Branch, Hash = RepoHash ?? repo.Hash }];
    }

    private EnvironmentVariables WithEnv(EnvironmentVariables own, List<string> problems)
    {
        var variables = own.ToList();
        foreach (var text in Env)
        {
            var variable = EnvText.Parse(text);
            // The text may hold a secret: only what it is about is repeated.
            if (!variable.Ok)
                problems.Add($"--env: one of them {variable.Error}");
            else if (variables.FindIndex(entry => entry.Key == variable.Value.Key) is >= 0 and var index)
                variables[index] = variable.Value;
            else
                variables.Add(variable.Value);
        }
        return new EnvironmentVariables(variables);
    }

    private ResourcesSpec WithResources(ResourcesSpec own, List<string> problems)
    {
        var memory = Read("--memory", Memory, RangeText.ParseSizes, problems);
        var disk = Read("--disk", Disk, RangeText.ParseSizes, problems);
        return own with
        {
            Cpu = ReadObject("--cpu", Cpu, CpuSpecText.Parse, problems) ?? own.Cpu,
            Gpu = ReadObject("--gpu", Gpu, GpuSpecText.Parse, problems) ?? own.Gpu,
            Memory = memory ?? own.Memory,
            Disk = disk ?? own.Disk,
        };
    }

    private RunConfiguration WithArguments(RunConfiguration run, List<string> problems) => run switch
    {
        TaskConfiguration task => task with { Commands = WithArguments(task.Commands, problems) },
        DevEnvironmentConfiguration environment => environment with { Init = WithArguments(environment.Init, problems) },
        _ => run,
    };

    private List<string> WithArguments(IReadOnlyList<string> commands, List<string> problems)
    {
        var given = string.Join(' ', RunArguments.Select(Quote));
        var replaced = commands.Select(command => RunArgumentsPattern.Replace(command, given)).ToList();
        if (RunArguments.Length > 0 && replaced.SequenceEqual(commands))
            problems.Add("RUN_ARGS: arguments were given, and no command of the configuration has ${{ run.args }}");
        return replaced;
    }

    private List<PortMapping> WithPorts(IReadOnlyList<PortMapping> own, List<string> problems)
    {
        var ports = own.ToList();
        foreach (var text in Ports)
        {
            if (ReadObject("--port", text, PortMappingText.Parse, problems) is not { } port)
                continue;
            ports.RemoveAll(entry => entry.ContainerPort == port.ContainerPort);
            ports.Add(port);
        }
        return ports;
    }

    private RetrySpec? WithRetry(RetrySpec? own, List<string> problems)
    {
        if (RetryDuration is not null)
        {
            var duration = DurationText.Parse(RetryDuration);
            if (!duration.Ok)
                problems.Add($"--retry-duration: \"{RetryDuration}\" {duration.Error}; allowed: {DurationText.Allowed}");
            return new RetrySpec { Duration = duration.Value };
        }
        return Retry is { } enabled ? new RetrySpec { Enabled = enabled } : own;
    }

    private SpotPolicy? Spot(List<string> problems)
    {
        if (SpotPolicy is null)
            return null;
        var policy = WireName.Parse<SpotPolicy>(SpotPolicy);
        if (policy is null)
            problems.Add($"--spot-policy: \"{SpotPolicy}\" is not one of {string.Join(", ", WireName.All<SpotPolicy>())}");
        return policy;
    }

    private static IReadOnlyList<string>? OrOwn(string[] given, IReadOnlyList<string>? own) => given.Length > 0 ? given : own;

    private static T? Read<T>(string option, string? text, Func<string, Parsed<T>> parse, List<string> problems) where T : struct =>
        text is null ? null : Check(option, text, parse(text), problems) is { Ok: true, Value: var value } ? value : null;

    private static T? ReadObject<T>(string option, string? text, Func<string, Parsed<T>> parse, List<string> problems) where T : class =>
        text is null ? null : Check(option, text, parse(text), problems) is { Ok: true, Value: var value } ? value : null;

    private static Parsed<T> Check<T>(string option, string text, Parsed<T> parsed, List<string> problems)
    {
        if (!parsed.Ok)
            problems.Add($"{option}: \"{text}\" {parsed.Error}");
        return parsed;
    }

    // As a shell would need it written: the commands are run by one.
    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:=,@%+".Contains(character, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
