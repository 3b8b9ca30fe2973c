using Gantry.Model.Configurations;

namespace Gantry.Cli.Apply;

/// <summary><c>.dstack/profiles.yml</c>, of the working directory or else of the user.</summary>
internal static class ProfileFile
{
    /// <summary>The named profile (or that of DSTACK_PROFILE), else the default one of the file; null where there is none.</summary>
    public static Profile? Load(Invocation invocation, string? named, bool none)
    {
        if (named is null && (none || invocation.Environment("DSTACK_NO_PROFILE") is { Length: > 0 }))
            return null;
        named ??= invocation.Environment("DSTACK_PROFILE") is { Length: > 0 } fromEnvironment ? fromEnvironment : null;
        var path = Path.Combine(invocation.WorkingDirectory, ".dstack", "profiles.yml");
        if (!File.Exists(path) && invocation.Environment("HOME") is { Length: > 0 } home)
            path = Path.Combine(home, ".dstack", "profiles.yml");
        if (!File.Exists(path))
        {
            return named is null
                ? null
                : throw new CliException(ExitCodes.Invalid, $"There is no profile {named}: neither .dstack/profiles.yml nor ~/.dstack/profiles.yml exists.");
        }
        var parsed = ProfilesParser.Parse(ConfigurationFile.Read(invocation, path), path);
        var profiles = parsed.Value ?? throw new CliException(ExitCodes.Invalid, parsed.PrintProblems());
        if (named is null)
            return profiles.Default;
        return profiles.Find(named) ?? throw new CliException(
            ExitCodes.Invalid, $"{path} has no profile {named}. It has: {string.Join(", ", profiles.Profiles.Select(profile => profile.Name))}");
    }
}
