using System.Text.Json;
using Gantry.Cli.Output;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Model.Values;

namespace Gantry.Cli.Volumes;

/// <summary>Volumes in a table.</summary>
internal static class VolumeTable
{
    public static IEnumerable<string> Lines(Terminal terminal, IReadOnlyList<Volume> volumes, bool verbose, DateTimeOffset now)
    {
        var table = verbose
            ? new Table("NAME", "HOST", "DIRECTORY", "ACCESS", "SIZE", "USED", "FREE", "CLEANUP", "ATTACHED", "USER", "STATUS", "CREATED", "MESSAGE").Optional(12)
            : new Table("NAME", "HOST", "SIZE", "USED", "STATUS", "CREATED", "MESSAGE").Optional(6);
        foreach (var volume in volumes)
        {
            var facts = Facts(volume);
            (string, Style)[] size = [(volume.Spec.Size is { } gigabytes ? MemorySize.Print(gigabytes) : "-", Style.Plain), (facts.UsedBytes is { } used ? Words.Bytes(used) : "-", Style.Plain)];
            (string, Style)[] end = [(Status(volume), StyleOf(volume)), (Words.Ago(volume.CreatedAt, now), Style.Plain), (volume.StatusMessage ?? "", Style.Plain)];
            table.Add(verbose
                ? [(volume.Name, Style.Bold), (Host(volume, facts), Style.Plain), (volume.VolumeId ?? "-", Style.Plain), (WireName.Of(volume.Spec.Access ?? VolumeAccess.Shared), Style.Plain),
                    .. size, (facts.FreeBytes is { } free ? Words.Bytes(free) : "-", Style.Plain), (volume.Spec.AutoCleanupDuration is { } after ? DurationText.Print(after) : "off", Style.Plain),
                    (Attached(volume), Style.Plain), (volume.User, Style.Plain), .. end]
                : [(volume.Name, Style.Bold), (Host(volume, facts), Style.Plain), .. size, .. end]);
        }
        return table.Lines(terminal);
    }

    /// <summary>Its status in a word.</summary>
    public static string Status(Volume volume) => volume.Deleted ? "deleted" : Facts(volume).Deleting ? "deleting" : volume.Status.WireName();

    /// <summary>What is known of it beyond dstack's shape.</summary>
    public static VolumeFacts Facts(Volume volume) =>
        volume.ProvisioningData?.BackendData is { } text && JsonSerializer.Deserialize(text, ApiJson.Default.VolumeFacts) is { } facts ? facts : new VolumeFacts();

    private static string Host(Volume volume, VolumeFacts facts) => facts.Instance ?? (volume.Spec.Fleet is { } fleet ? $"fleet {fleet}" : "-");

    private static string Attached(Volume volume) => volume.Attachments is { Count: > 0 } hosts ? string.Join(", ", hosts.Select(host => host.Instance.Name)) : "-";

    private static Style StyleOf(Volume volume) => volume switch
    {
        { Status: VolumeStatus.Failed } => Style.Bad,
        { Status: VolumeStatus.Active, Deleted: false } => Style.Good,
        _ => Style.Busy,
    };
}
