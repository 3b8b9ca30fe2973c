using Gantry.Model.Configurations;

namespace Gantry.Model.Values;

/// <summary>A mount as text: <c>volume-name:/path</c> or <c>/host/path:/path</c>.</summary>
public static class MountPointText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "VOLUME:/path or VOLUME:./path for a volume, or /host/path:/path for a directory of the host";

    /// <summary>Reads a mount.</summary>
    public static Parsed<MountPoint> Parse(string text)
    {
        var parts = text.Split(':');
        if (parts is not [{ Length: > 0 } source, { Length: > 0 } path])
            return Parsed.Error<MountPoint>("is not a mount");
        if (!IsAbsolute(path) && (IsAbsolute(source) || !IsInside(path)))
            return Parsed.Error<MountPoint>("mounts at a path that is not absolute");
        if (IsAbsolute(source))
            return Parsed.Ok<MountPoint>(new InstanceMountPoint { InstancePath = source, Path = path });
        return source.Contains('/', StringComparison.Ordinal)
            ? Parsed.Error<MountPoint>("names a host path that is not absolute")
            : Parsed.Ok<MountPoint>(new VolumeMountPoint { Names = [source], Path = path });
    }

    /// <summary>Whether a path is absolute, or cannot be told because it starts with an expression.</summary>
    public static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith("${{", StringComparison.Ordinal);

    /// <summary>Whether a path begins in the working directory and stays there: <c>./path</c>.</summary>
    public static bool IsInside(string path) => path.StartsWith("./", StringComparison.Ordinal) && path[2..].Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>The short form; null where there is none (several names, an optional host directory).</summary>
    public static string? Print(MountPoint mount) => mount switch
    {
        VolumeMountPoint { IsList: false, Names: [var name] } => $"{name}:{mount.Path}",
        InstanceMountPoint { Optional: false } instance => $"{instance.InstancePath}:{mount.Path}",
        _ => null,
    };
}
