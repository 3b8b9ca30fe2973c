using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Simulation;

/// <summary>What a run's processes do, decided when it is submitted.</summary>
internal sealed record Behaviour(TimeSpan MeanRuntime, double FailureRate, double StartFailureRate, bool IgnoresTerm);

/// <summary>All that an agent needs to start a job.</summary>
internal sealed record SimOrder(Guid JobId, Guid RunId, int Node, Requirements Requirements, Behaviour Behaviour, bool Leased);

/// <summary>
/// An agent with its spool. It may die at any moment (its jobs go on), its host may go down (they do not); what is in the spool stays.
/// Beside it is the guard of leases, which only the host's end ends.
/// </summary>
internal sealed class SimAgent(Guid id, string name, int cpus, int maxJobs, Timeline time, Chance chance, Reality reality)
{
    private readonly Dictionary<Guid, Entry> spool = [];
    private readonly SimClock clock = new(time, chance);
    private Action<Guid, Word>? tell;
    private (TimeSpan StopAt, TimeSpan KillAt)? lease;

    /// <summary>What the agent says of a job.</summary>
    public sealed record Word(ObservedState State, DateTimeOffset? StartedAt = null, int? ExitStatus = null, string? Error = null);

    private sealed class Entry
    {
        public required SimOrder Order { get; init; }
        public Word Word { get; set; } = new(ObservedState.Accepted);
        public bool IsLeaseOver { get; set; }
    }

    public Guid Id { get; } = id;
    public string Name { get; } = name;
    public int Cpus { get; } = cpus;
    public int MaxJobs { get; } = maxJobs;
    public bool IsUp { get; private set; } = true;
    /// <summary>Grows with each connection, and when none can go on.</summary>
    public int Generation { get; private set; }
    /// <summary>Until when the network does not let anybody to it.</summary>
    public DateTimeOffset AwayUntil { get; set; }

    /// <summary>A server has connected: it hears the whole set first, then each change.</summary>
    public IReadOnlyDictionary<Guid, Word> Connect(Action<Guid, Word> listener)
    {
        tell = listener;
        Generation++;
        return spool.ToDictionary(entry => entry.Key, entry => entry.Value.Word);
    }

    public void Disconnect() => tell = null;

    /// <summary>Its clock's time, to ask for a lease with.</summary>
    public TimeSpan Ask() => clock.Now;

    /// <summary>Takes a lease that it asked for then.</summary>
    public void Take(TimeSpan asked, LeaseTerms terms)
    {
        SeeLease();
        if (lease is { } held && held.KillAt >= asked + terms.KillAfter)
        {
            return;
        }

        lease = (asked + terms.StopAfter, asked + terms.KillAfter);
        clock.At(lease.Value.StopAt, SeeLease);
        clock.At(lease.Value.KillAt, SeeLease);
    }

    // The agent asks to end, the guard kills.
    private void SeeLease()
    {
        // Nearly always: it was renewed in time. The spool of weeks is long.
        if (lease is not { } current || clock.Now < current.StopAt)
        {
            return;
        }

        foreach (var (jobId, entry) in spool.Where(entry => entry.Value.Order.Leased && entry.Value.Word.State is ObservedState.Accepted or ObservedState.Running))
        {
            var process = reality.Find(jobId) is { IsAlive: true } living ? living : null;
            if (IsUp && !entry.IsLeaseOver && lease is { } ending && clock.Now >= ending.StopAt)
            {
                entry.IsLeaseOver = true;
                clock.At(ending.KillAt, () => Kill(process));
                if (process is null)
                {
                    Say(jobId, new(ObservedState.LeaseEnded));
                }
                else if (!process.IgnoresTerm)
                {
                    Finish(process, time.Now.AddSeconds(1), 0);
                }
            }
            else if (process is not null && lease is { } over && clock.Now >= over.KillAt)
            {
                entry.IsLeaseOver = true;
                Kill(process);
            }
        }
    }

    private void Kill(Reality.Process? process)
    {
        if (process is { IsAlive: true })
        {
            Finish(process, time.Now, 137);
        }
    }

    private void Finish(Reality.Process process, DateTimeOffset at, int status)
    {
        if (at < process.EndsAt)
        {
            (process.EndsAt, process.ExitStatus) = (at, status);
            time.At(at, () => End(process));
        }
    }

    /// <summary>Accepts an order once, ever; a job without an order that it does not know is called lost.</summary>
    public void Want(Guid jobId, SimOrder? order)
    {
        if (spool.ContainsKey(jobId))
        {
            return;
        }

        if (order is null)
        {
            tell?.Invoke(jobId, new(ObservedState.Lost, Error: "The host's agent does not know this job."));
            return;
        }

        spool[jobId] = new Entry { Order = order };
        time.After(chance.Around(TimeSpan.FromMilliseconds(5)), () => Start(jobId));
    }

    /// <summary>Ends a job: it goes at once when asked, or ignores that until its time is over.</summary>
    public void Stop(Guid jobId, double graceSeconds)
    {
        if (!spool.ContainsKey(jobId))
        {
            tell?.Invoke(jobId, new(ObservedState.Lost, Error: "The host's agent does not know this job."));
        }
        else if (reality.Find(jobId) is { IsAlive: true } process)
        {
            var isKilled = graceSeconds == 0 || process.IgnoresTerm;
            var seconds = graceSeconds == 0 ? 0 : process.IgnoresTerm ? graceSeconds : Math.Min(graceSeconds, 2);
            Finish(process, time.Now.AddSeconds(seconds), isKilled ? 137 : 143);
        }
        else if (spool[jobId].Word.State == ObservedState.Accepted)
        {
            Say(jobId, new(ObservedState.FailedToStart, Error: "It was stopped before it started."));
        }
    }

    public void Forget(Guid jobId)
    {
        // The id stays known: a late order must not start it again.
    }

    /// <summary>The agent's process dies; its jobs go on.</summary>
    public void Die()
    {
        IsUp = false;
        tell = null;
        Generation++;
    }

    /// <summary>The host goes down: every process is gone, without an exit record.</summary>
    public void PowerOff()
    {
        Die();
        lease = null;
        foreach (var process in reality.Alive.Where(process => process.Host == this))
        {
            process.IsAlive = false;
        }
    }

    /// <summary>The agent starts and finds its jobs again: by their exit records, by their processes, or not at all.</summary>
    public void Rise()
    {
        IsUp = true;
        SeeLease();
        foreach (var (jobId, entry) in spool.Where(entry => entry.Value.Word.State is ObservedState.Accepted or ObservedState.Running))
        {
            entry.Word = reality.Find(jobId) switch
            {
                { IsAlive: true } process => new(ObservedState.Running, process.StartedAt),
                not null when entry.IsLeaseOver => new(ObservedState.LeaseEnded),
                { HasRecord: true } process => new(ObservedState.Exited, process.StartedAt, process.ExitStatus),
                { } process => new(ObservedState.Lost, process.StartedAt),
                // It was claimed, and whether it was started is unknown.
                null => new(ObservedState.Lost),
            };
        }
    }

    private void Start(Guid jobId)
    {
        var entry = spool[jobId];
        if (!IsUp || entry.Word.State != ObservedState.Accepted)
        {
            return;
        }

        var order = entry.Order;
        if (order.Leased && !(lease is { } held && clock.Now < held.StopAt))
        {
            Say(jobId, new(ObservedState.LeaseEnded));
            return;
        }

        if (chance.Is(order.Behaviour.StartFailureRate))
        {
            Say(jobId, new(ObservedState.FailedToStart, Error: "Its working directory does not exist."));
            return;
        }

        var process = new Reality.Process
        {
            JobId = jobId,
            RunId = order.RunId,
            Node = order.Node,
            Host = this,
            Requirements = order.Requirements,
            StartedAt = time.Now,
            EndsAt = time.Now + chance.Around(order.Behaviour.MeanRuntime),
            ExitStatus = chance.Is(order.Behaviour.FailureRate) ? 1 : 0,
            IgnoresTerm = order.Behaviour.IgnoresTerm,
        };
        reality.Start(process);
        time.At(process.EndsAt, () => End(process));
        Say(jobId, new(ObservedState.Running, process.StartedAt));
    }

    private void End(Reality.Process process)
    {
        if (!process.IsAlive || time.Now < process.EndsAt)
        {
            return;
        }

        // The job's own wrapper writes the record: no agent need be there.
        (process.IsAlive, process.HasRecord) = (false, true);
        if (IsUp)
        {
            Say(process.JobId, spool[process.JobId].IsLeaseOver ? new(ObservedState.LeaseEnded, process.StartedAt) : new(ObservedState.Exited, process.StartedAt, process.ExitStatus));
        }
    }

    private void Say(Guid jobId, Word word)
    {
        spool[jobId].Word = word;
        tell?.Invoke(jobId, word);
    }
}
