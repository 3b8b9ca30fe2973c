using System.Globalization;
using Gantry.Model.Api;

namespace Gantry.Engine.Runs;

/// <summary><c>user[:group]</c>, each by name or number.</summary>
internal static class UnixUsers
{
    public static UnixUser? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (uid, username) = NumberOrName(colon < 0 ? text : text[..colon]);
        var (gid, groupname) = NumberOrName(colon < 0 ? "" : text[(colon + 1)..]);
        return new UnixUser(uid, gid, username, groupname);
    }

    public static string? Format(UnixUser? user)
    {
        var name = user?.Username ?? user?.Uid?.ToString(CultureInfo.InvariantCulture);
        var group = user?.Groupname ?? user?.Gid?.ToString(CultureInfo.InvariantCulture);
        return name is null ? null : group is null ? name : $"{name}:{group}";
    }

    private static (long? Id, string? Name) NumberOrName(string part) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? (id, null) : (null, part.Length == 0 ? null : part);
}
