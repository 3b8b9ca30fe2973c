namespace Gantry.Agent.Executors.Process;

/// <summary>Which process, for ever: a pid alone is given to another process in time.</summary>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since the boot.</param>
internal sealed record ProcessIdentity(string BootId, int Pid, ulong StartTicks)
{
    /// <summary>This boot's id.</summary>
    public static string CurrentBoot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Whether that process runs; a zombie does not.</summary>
    public bool IsAlive =>
        BootId == CurrentBoot && ProcStat.Of(Pid) is { HasEnded: false } stat && stat.StartTicks == StartTicks;

    /// <summary>Reads what the wrapper writes: the boot id, then the process's stat line. Null when it is not complete.</summary>
    public static ProcessIdentity? Parse(string text)
    {
        var lines = text.Split('\n');
        return lines.Length >= 3 && ProcStat.Parse(lines[1]) is { } stat ? new ProcessIdentity(lines[0].Trim(), stat.Pid, stat.StartTicks) : null;
    }
}
