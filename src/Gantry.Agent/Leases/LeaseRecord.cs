using System.Globalization;
using System.Text;
using Gantry.Agent.Executors.Process;

namespace Gantry.Agent.Leases;

/// <summary>The lease of one server, as the spool keeps it: by the clock since the boot, and only for that boot.</summary>
/// <param name="StopAt">From then on no job starts under it, and those that run are asked to end.</param>
/// <param name="KillAt">From then on what is left is killed.</param>
internal sealed record LeaseRecord(TimeSpan StopAt, TimeSpan KillAt)
{
    /// <summary>Keeps it. In place and of one length, so that it is renewed on a full disk, too; the guard may read at the same time.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public void Write(string path)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{ProcessIdentity.CurrentBoot} {Millis(StopAt):D16} {Millis(KillAt):D16} {Millis(StopAt) ^ Millis(KillAt):D16}\n");
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(text), 0);
    }

    /// <summary>Reads it; null when there is none of this boot, or it is read halfway or damaged.</summary>
    public static LeaseRecord? Read(string path)
    {
        var words = SpoolText(path).Split(' ', '\n');
        return words.Length >= 4 && words[0] == ProcessIdentity.CurrentBoot
            && TryMillis(words[1], out var stop) && TryMillis(words[2], out var kill) && TryMillis(words[3], out var check) && check == (stop ^ kill)
            ? new LeaseRecord(TimeSpan.FromMilliseconds(stop), TimeSpan.FromMilliseconds(kill))
            : null;
    }

    /// <summary>What is due for a job that runs under it.</summary>
    /// <param name="lease">The lease of its server; null when there is none.</param>
    /// <param name="over">When its own lease was over, the time to kill it; null while it was not.</param>
    /// <param name="now">The clock since the boot.</param>
    public static LeaseVerdict Judge(LeaseRecord? lease, TimeSpan? over, TimeSpan now)
    {
        if ((over ?? lease?.KillAt ?? TimeSpan.Zero) <= now)
            return LeaseVerdict.Kill;
        return over is not null || lease!.StopAt <= now ? LeaseVerdict.Stop : LeaseVerdict.GoOn;
    }

    private static long Millis(TimeSpan time) => (long)time.TotalMilliseconds;

    private static bool TryMillis(string text, out long millis) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out millis);

    private static string SpoolText(string path) => Spool.SpoolFiles.Text(path) ?? "";
}

/// <summary>What a lease means for a job now.</summary>
internal enum LeaseVerdict
{
    /// <summary>It is held.</summary>
    GoOn,
    /// <summary>It is over: the job is asked to end.</summary>
    Stop,
    /// <summary>It is over, and what is left of the job is killed.</summary>
    Kill,
}
