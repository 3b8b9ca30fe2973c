using Gantry.Cli.Content;
using Gantry.Cli.Repos;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Cli.Apply;

/// <summary>From the file, the command line and the environment to what is submitted. Reports every problem at once.</summary>
internal static class SpecBuilder
{
    public static async Task<PreparedRun> BuildAsync(Invocation invocation, ApplyRequest request, Configuration configuration, CancellationToken cancellation)
    {
        if (configuration is not RunConfiguration run)
            throw new CliException(ExitCodes.Invalid, $"{request.File}: Gantry does not apply the type {configuration.Type} yet.");
        var profile = ProfileFile.Load(invocation, request.Profile, request.NoProfile);

        var problems = new List<string>();
        run = request.Overrides.Apply(run, problems);
        run = run with { Env = Resolve(run.Env, invocation.Environment, request.File, problems) };
        var files = problems.Count == 0 ? RunFiles.Pack(run.Files, invocation, request.File, problems) : new RunFiles();
        var repo = problems.Count == 0 ? await PreparedRepo.PrepareAsync(run.Repos, invocation, request.File, problems, cancellation) : null;
        if (problems.Count > 0)
        {
            files.Dispose();
            repo?.Dispose();
            throw new CliException(ExitCodes.Invalid, string.Join('\n', problems));
        }
        var spec = new RunSpec
        {
            RunName = run.Name,
            RepoId = "none",
            ConfigurationPath = request.File == "-" ? null : request.File,
            Configuration = run,
            Profile = profile,
        };
        return new PreparedRun(repo?.Describe(spec) ?? spec, files, repo);
    }

    /// <summary>Gives variables without a value the one that they have here; ends with all that have none.</summary>
    public static EnvironmentVariables Resolve(EnvironmentVariables variables, Invocation invocation, string file)
    {
        var problems = new List<string>();
        var resolved = Resolve(variables, invocation.Environment, file, problems);
        return problems.Count == 0 ? resolved : throw new CliException(ExitCodes.Invalid, string.Join('\n', problems));
    }

    /// <summary>Gives variables without a value the one that they have here.</summary>
    private static EnvironmentVariables Resolve(EnvironmentVariables variables, Func<string, string?> environment, string file, List<string> problems)
    {
        var resolved = new List<KeyValuePair<string, string?>>();
        foreach (var (name, value) in variables)
        {
            var actual = value ?? environment(name);
            if (actual is null)
                problems.Add($"{file}: env: {name} has no value; set it in this command's environment, or pass -e {name}=VALUE");
            resolved.Add(KeyValuePair.Create(name, actual));
        }
        return new EnvironmentVariables(resolved);
    }
}
