namespace Gantry.Agent.Executors.Process;

/// <summary>
/// The processes of the host at one moment, and which of them carry which job's mark. Many jobs that end together share one look: whoever asks gets one that
/// was begun after the question.
/// </summary>
internal sealed class ProcessSnapshot
{
    private static readonly Lock Looking = new();
    private static ProcessSnapshot? s_latest;

    private readonly long _begunAt;
    private readonly IReadOnlyList<ProcStat> _all;
    private readonly Dictionary<int, Guid?> _marks = [];
    private readonly HashSet<int> _unmarkable = [];

    private ProcessSnapshot()
    {
        _begunAt = System.Diagnostics.Stopwatch.GetTimestamp();
        _all = ProcessTable.All();
    }

    /// <summary>A look that begins now or later.</summary>
    public static ProcessSnapshot Take()
    {
        var askedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        lock (Looking)
            return s_latest is { } latest && latest._begunAt > askedAt ? latest : s_latest = new ProcessSnapshot();
    }

    /// <summary>Processes that lived; kernel threads are not among them.</summary>
    public IEnumerable<ProcStat> Living => _all.Where(stat => !stat.HasEnded && stat.Session != 0);

    /// <summary>The job whose mark a process carries.</summary>
    public Guid? MarkOf(ProcStat stat)
    {
        lock (_marks)
        {
            if (!_marks.TryGetValue(stat.Pid, out var mark))
            {
                _marks[stat.Pid] = mark = ProcessTable.MarkedJob(stat.Pid, out var isEmpty);
                if (isEmpty)
                    _unmarkable.Add(stat.Pid);
            }
            return mark;
        }
    }

    /// <summary>Whether a process has no environment: it has none indeed, or it is just becoming another program and will have one in a moment.</summary>
    public bool IsUnmarkable(ProcStat stat)
    {
        lock (_marks)
            return _unmarkable.Contains(stat.Pid);
    }
}
