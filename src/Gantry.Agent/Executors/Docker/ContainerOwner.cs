using System.Globalization;
using Gantry.Agent.Content;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Who a container's user is, by number: Docker takes names when it starts a container, but not for files that are put into it.</summary>
internal static class ContainerOwner
{
    /// <summary>Finds <c>USER</c> or <c>USER:GROUP</c>, each a name or a number, as Docker does; names that the image does not know are root here, and an error at the start.</summary>
    public static async Task<FileOwner> FindAsync(DockerContainers containers, string name, string? user, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(user))
            return FileOwner.Root;
        var colon = user.IndexOf(':');
        var (who, group) = colon < 0 ? (user, null) : (user[..colon], user[(colon + 1)..]);
        var entry = Number(who) is not null && group is not null
            ? null
            : await EntryAsync(containers, name, "/etc/passwd", fields => fields[0] == who || (fields.Length > 2 && fields[2] == who), cancellation);
        var uid = Number(who) ?? Number(entry?.ElementAtOrDefault(2)) ?? 0;
        var gid = group is null ? Number(entry?.ElementAtOrDefault(3)) ?? 0
            : Number(group) ?? Number((await EntryAsync(containers, name, "/etc/group", fields => fields[0] == group, cancellation))?.ElementAtOrDefault(2)) ?? 0;
        return new FileOwner(uid, gid);
    }

    private static async Task<string[]?> EntryAsync(
        DockerContainers containers, string name, string file, Func<string[], bool> isWanted, CancellationToken cancellation) =>
        (await containers.ReadFileAsync(name, file, cancellation))?.Split('\n').Select(line => line.Split(':')).FirstOrDefault(isWanted);

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
