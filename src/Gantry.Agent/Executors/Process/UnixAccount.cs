using System.Globalization;
using Gantry.Agent.Native;

namespace Gantry.Agent.Executors.Process;

/// <summary>A user of this host that a job runs as.</summary>
internal sealed record UnixAccount(string Name, int Uid, int Gid, string Home, bool IsListed)
{
    /// <summary>Finds the user <c>NAME</c>, <c>UID</c>, or either with <c>:GROUP</c> or <c>:GID</c>; null when that is the agent's own user.</summary>
    /// <exception cref="StartRefusedException">There is none, or the agent may not run jobs as another user.</exception>
    public static UnixAccount? ForJob(string user)
    {
        var colon = user.IndexOf(':');
        var (name, group) = colon < 0 ? (user, null) : (user[..colon], user[(colon + 1)..]);
        var account = Find(name) ?? throw new StartRefusedException($"The job is to run as user {name}, and this host has no such user.");
        if (group is not null)
            account = account with { Gid = FindGroup(group) ?? throw new StartRefusedException($"The job is to run with group {group}, and this host has no such group.") };
        var own = Libc.geteuid();
        if (account.Uid == own && group is null)
            return null;
        if (own != 0)
        {
            throw new StartRefusedException(
                $"The job is to run as user {user}, but the agent runs as {Environment.UserName} and only root can run jobs as another user.");
        }
        return account;
    }

    private static UnixAccount? Find(string name)
    {
        var isNumber = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var uid);
        foreach (var fields in Entries("/etc/passwd", 7))
        {
            if (fields[0] == name || (isNumber && fields[2] == name))
                return new UnixAccount(fields[0], int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture), fields[5], true);
        }
        // A number needs no entry: so do containers.
        return isNumber ? new UnixAccount(name, uid, uid, "/", false) : null;
    }

    private static int? FindGroup(string name)
    {
        foreach (var fields in Entries("/etc/group", 3))
        {
            if (fields[0] == name)
                return int.Parse(fields[2], CultureInfo.InvariantCulture);
        }
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var gid) ? gid : null;
    }

    private static IEnumerable<string[]> Entries(string path, int fieldCount) =>
        from line in File.ReadLines(path) let fields = line.Split(':') where fields.Length >= fieldCount select fields;
}
