using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>What of a run can be changed while it goes on: the <c>inactivity_duration</c> of a dev environment.</summary>
public static class RunUpdate
{
    /// <summary>Whether two effective specs differ, and only in what can be changed. Where they come from is of no interest.</summary>
    public static bool IsPossible(RunSpec current, RunSpec wanted) =>
        (current.Configuration, wanted.Configuration) is (DevEnvironmentConfiguration was, DevEnvironmentConfiguration next)
        && was.InactivityDuration != next.InactivityDuration && Fixed(current) == Fixed(wanted);

    /// <summary>The same, of a spec whose uploads are still to come.</summary>
    public static bool IsPossibleBeforeUploads(RunSpec current, RunSpec wanted) =>
        IsPossible(current, wanted with { FileArchives = current.FileArchives, RepoCodeHash = current.RepoCodeHash });

    private static string Fixed(RunSpec spec) => JsonSerializer.Serialize(
        spec with
        {
            ConfigurationPath = null,
            Profile = null,
            SshKeyPub = null,
            Configuration = (DevEnvironmentConfiguration)spec.Configuration with { InactivityDuration = null },
        },
        ApiJson.Default.RunSpec);
}
