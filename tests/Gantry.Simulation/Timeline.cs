namespace Gantry.Simulation;

/// <summary>The clock and what will happen: runs weeks in seconds, the same way for the same seed.</summary>
internal sealed class Timeline(DateTimeOffset start)
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> queue = new();
    private long order;

    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>Lets something happen after a while. What is due at the same time happens in the order in which it was asked for.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    public void At(DateTimeOffset time, Action action) => queue.Enqueue(action, (time < Now ? Now : time, order++));

    /// <summary>Lets time pass.</summary>
    public void RunUntil(DateTimeOffset end)
    {
        while (queue.TryPeek(out var action, out var due) && due.At <= end)
        {
            queue.Dequeue();
            Now = due.At;
            action();
        }

        Now = end;
    }
}
