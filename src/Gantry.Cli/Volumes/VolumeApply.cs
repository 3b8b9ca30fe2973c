using System.Text.Json;
using Gantry.Cli.Apply;
using Gantry.Cli.Commands;
using Gantry.Cli.Projects;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Model.Values;

namespace Gantry.Cli.Volumes;

/// <summary><c>gantry apply</c> of a volume: what is to be made, the question, and then until it can be mounted or has said why not.</summary>
internal sealed class VolumeApply(Invocation invocation, ProjectConnection project, ApplyRequest request)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);

    public async Task<int> RunAsync(VolumeConfiguration configuration, CancellationToken cancellation)
    {
        if (request.Overrides.Name is { } name)
            configuration = configuration with { Name = RunName.IsValid(name) ? name : throw new CliException(ExitCodes.Usage, $"--name: \"{name}\" is not a name of a volume; allowed: {RunName.Allowed}") };
        if (configuration.Name is { } wanted && await project.Client.FindVolumeAsync(project.Name, wanted, cancellation) is { } there)
            return Present(configuration, there);
        foreach (var line in Plan(configuration))
            invocation.Terminal.Note(line);
        if (!Shared.Confirmed(invocation, request.Yes, configuration.Name is { } named ? $"Volume {named} does not exist yet. Create the volume?" : "Create the volume?"))
            return ExitCodes.Declined;
        var volume = await project.Client.CreateVolumeAsync(project.Name, new CreateVolumeRequest(configuration), cancellation);
        if (request.Detach)
        {
            invocation.Terminal.Print($"Volume {volume.Name} created, detaching...");
            return ExitCodes.Ok;
        }
        return await FollowAsync(volume, cancellation);
    }

    // A volume holds data: it is never made anew because its file changed.
    private int Present(VolumeConfiguration wanted, Volume there)
    {
        if (VolumeTable.Facts(there).Deleting)
            throw new CliException(ExitCodes.Failed, $"The volume {there.Name} is being deleted ({there.StatusMessage}). Apply again once it is gone.");
        var differences = Differences(wanted, there.Spec).ToList();
        if (differences.Count > 0)
            throw new CliException(ExitCodes.Failed, $"The volume {there.Name} exists with other settings: {string.Join("; ", differences)}. A volume is not changed in place, and nothing was. To make it anew, without what is in it, delete it first: gantry volume delete {there.Name}");
        foreach (var line in VolumeTable.Lines(invocation.Terminal, [there], request.Verbose, invocation.Now))
            invocation.Terminal.Note(line);
        invocation.Terminal.Print($"Volume {there.Name} exists already; nothing was changed");
        return ExitCodes.Ok;
    }

    private static IEnumerable<string> Differences(VolumeConfiguration wanted, VolumeConfiguration there)
    {
        using var ours = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(wanted, ApiJson.Default.Configuration));
        using var theirs = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(there, ApiJson.Default.Configuration));
        foreach (var key in ours.RootElement.EnumerateObject().Concat(theirs.RootElement.EnumerateObject()).Select(property => property.Name).Distinct())
        {
            var (own, other) = (Text(ours, key), Text(theirs, key));
            if (own != other)
                yield return $"{key} is {other}, not {own}";
        }
    }

    private static string Text(JsonDocument document, string key) =>
        document.RootElement.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "left out";

    private IEnumerable<string> Plan(VolumeConfiguration volume)
    {
        yield return $" Project    {project.Name}";
        yield return $" Volume     {volume.Name ?? "(a name is chosen)"}";
        yield return $" Where      {Where(volume)}";
        yield return $" Directory  {volume.Directory ?? "(made by Gantry)"}";
        yield return $" Access     {WireName.Of(volume.Access ?? VolumeAccess.Shared)}";
        if (volume.Size is { } size)
            yield return $" Size       {MemorySize.Print(size)} (not enforced)";
        if (volume.AutoCleanupDuration is { Duration: { } after })
            yield return $" Cleanup    {DurationText.Print(after)} after its last use";
        yield return "";
    }

    private static string Where(VolumeConfiguration volume) =>
        volume.Instance is { } instance ? $"host {instance}"
        : volume is { Fleet: { } fleet, Directory: not null } ? $"every host of fleet {fleet}"
        : volume.Fleet is { } one ? $"a host of fleet {one}"
        : "a host";

    private async Task<int> FollowAsync(Volume volume, CancellationToken cancellation)
    {
        var said = "";
        while (true)
        {
            var line = $"{volume.Name}: {VolumeTable.Status(volume)}{(volume.StatusMessage is { } message ? $": {message}" : "")}";
            if (line != said)
                invocation.Terminal.Note(said = line);
            if (volume.Status == VolumeStatus.Active)
            {
                invocation.Terminal.Print($"Volume {volume.Name} is ready");
                return ExitCodes.Ok;
            }
            if (volume.Status == VolumeStatus.Failed)
                throw new CliException(ExitCodes.Failed, $"The volume {volume.Name} can not be used: {volume.StatusMessage} It becomes usable by itself once that is put right; to remove it: gantry volume delete {volume.Name}");
            await Task.Delay(Interval, invocation.Time, cancellation);
            volume = await project.Client.FindVolumeAsync(project.Name, volume.Name, cancellation)
                ?? throw new CliException(ExitCodes.Failed, $"The volume {volume.Name} was deleted meanwhile.");
        }
    }
}
