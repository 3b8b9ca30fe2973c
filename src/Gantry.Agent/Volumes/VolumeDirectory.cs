using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Volumes;

/// <summary>
/// A volume's directory. One that Gantry makes is <c>ID/data</c>, and beside it is the mark of the server that wanted it: nothing without that mark is ever
/// deleted, whatever a message says. The mark is written before the data's directory and removed after it, so that an agent that died in between goes on.
/// </summary>
internal static class VolumeDirectory
{
    // Whoever the job's user is may write; which jobs get to see it is what is decided about. Nobody else can list the ids.
    private const UnixFileMode ForJobs = (UnixFileMode)0b111_111_111;
    private const UnixFileMode PassOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes it if it may be made. Returns why it is not there, as a sentence; null when it is.</summary>
    public static string? Ensure(WantedVolume volume, Guid serverId)
    {
        if (volume.External)
            return Directory.Exists(volume.Directory) ? null : $"The directory {volume.Directory} does not exist there.";
        if (Malformed(volume) is { } wrong)
            return wrong;
        try
        {
            var (root, mark) = (RootOf(volume), ReadMark(volume));
            if (mark is not null && mark.ServerId != serverId)
                return $"The directory {root} is a volume of another server.";
            if (mark is not null && Libc.IsOwnDirectory(volume.Directory))
                return null;
            if (!volume.MayCreate)
                return $"The directory {volume.Directory} is gone: it was there before. No new one was made in its place.";
            Make(Path.GetDirectoryName(root)!, PassOnly);
            Make(root, PassOnly);
            SpoolFiles.WriteWhole(MarkOf(volume), new VolumeMark { ServerId = serverId, VolumeId = volume.VolumeId }, VolumeJson.Default.VolumeMark, flush: true);
            Make(volume.Directory, ForJobs);
            SpoolFiles.FlushDirectory(root);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"The directory {volume.Directory} can not be made: {exception.Message}";
        }
    }

    /// <summary>Deletes it with all that is in it. Returns why it is still there, as a sentence; null when it is gone.</summary>
    public static string? Delete(WantedVolume volume, Guid serverId)
    {
        if (volume.External || Malformed(volume) is not null)
            return $"The directory {volume.Directory} is not one that Gantry made.";
        var root = RootOf(volume);
        try
        {
            if (!Directory.Exists(root))
                return null;
            if (ReadMark(volume) is not { } mark || mark.ServerId != serverId || mark.VolumeId != volume.VolumeId)
                return $"The directory {root} does not have this server's mark. Nothing was deleted.";
            // Links in it are removed, not followed.
            if (Directory.Exists(volume.Directory))
                Directory.Delete(volume.Directory, recursive: true);
            File.Delete(MarkOf(volume));
            Directory.Delete(root);
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            return $"{exception.Message} Files in it belong to others than {Environment.UserName}, as whom the agent runs. Remove them there: sudo rm -rf {root}";
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return $"{exception.Message} It is tried again.";
        }
    }

    // What a message says is a path is used only in the one form that it can have.
    private static string? Malformed(WantedVolume volume) =>
        Path.IsPathRooted(volume.Directory) && Path.GetFullPath(volume.Directory) == volume.Directory && Path.GetFileName(volume.Directory) == "data"
            && Path.GetFileName(RootOf(volume)) == volume.VolumeId.ToString("D")
            ? null : $"{volume.Directory} is not where a volume of Gantry's can be.";

    private static string RootOf(WantedVolume volume) => Path.GetDirectoryName(volume.Directory)!;

    private static string MarkOf(WantedVolume volume) => Path.Combine(RootOf(volume), "volume.json");

    private static VolumeMark? ReadMark(WantedVolume volume) => SpoolFiles.Read(MarkOf(volume), VolumeJson.Default.VolumeMark);

    private static void Make(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
            return;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
    }
}

/// <summary>Whose a volume's directory is.</summary>
internal sealed record VolumeMark
{
    /// <summary>The server that wanted it.</summary>
    public required Guid ServerId { get; init; }
    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }
}

/// <summary>Serialization of <see cref="VolumeMark"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VolumeMark))]
internal sealed partial class VolumeJson : JsonSerializerContext;
