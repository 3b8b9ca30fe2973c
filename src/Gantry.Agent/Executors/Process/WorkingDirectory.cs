using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Process;

/// <summary>Where a job's command starts.</summary>
internal static class WorkingDirectory
{
    /// <summary>The absolute path, made if it was missing. Without one in the order: a directory of the job's own; for another user, who can not look into the spool, that user's home.</summary>
    /// <exception cref="StartRefusedException">It can not be used.</exception>
    public static string Prepare(JobSpool spool, JobOrder order, UnixAccount? account)
    {
        if (order.WorkingDir is not { Length: > 0 } wanted)
            return account is null ? Make(spool.WorkPath, null) : account.Home;
        var path = Expand(wanted, account);
        if (!Path.IsPathRooted(path))
            throw new StartRefusedException($"The working directory {wanted} is not absolute: it must begin with / or ~/.");
        return Make(path, account);
    }

    /// <summary>The absolute path of what an order names: relative paths begin in the working directory, <c>~</c> is the home of the job's user.</summary>
    public static string Resolve(string path, string directory, UnixAccount? account) => Path.GetFullPath(Expand(path, account), directory);

    private static string Expand(string path, UnixAccount? account) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Home(account) + path[1..] : path;

    private static string Make(string path, UnixAccount? account)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path);
                if (account is not null)
                    _ = Libc.chown(path, account.Uid, account.Gid);
            }
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The working directory {path} does not exist on this host and can not be made: {exception.Message}");
        }
    }

    private static string Home(UnixAccount? account) =>
        (account?.Home ?? Environment.GetEnvironmentVariable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)).TrimEnd('/');
}
