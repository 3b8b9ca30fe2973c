using Gantry.Engine.Fleets;
using Gantry.Engine.Placement;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Simulation;

/// <summary>
/// A server: asks the engine, applies what it says, tells the agents. It keeps nothing but connections and timers in memory,
/// and may be killed between any two transactions.
/// </summary>
internal sealed class SimServer(SimDatabase rows, IReadOnlyList<SimAgent> agents, Timeline time, Chance chance)
{
    private const int MaxSteps = 16;
    private static readonly LeaseTerms Terms = new(TimeSpan.FromMinutes(20));
    private readonly Dictionary<SimAgent, SimLink> links = [];
    private readonly Dictionary<Guid, DateTimeOffset> timers = [];
    private readonly Dictionary<SimAgent, HostLease> leases = [];
    private readonly SimClock clock = new(time, chance);
    private TimeSpan started;
    private int life;

    /// <summary>The chance to be killed before a transaction.</summary>
    public double CrashRate { get; set; }

    public bool IsUp { get; private set; }

    /// <summary>Thrown where the server is killed.</summary>
    private sealed class KilledException : Exception;

    /// <summary>Starts with the rows and nothing else.</summary>
    public void Rise() => Do(() =>
    {
        IsUp = true;
        started = clock.Now;
        leases.Clear();
        foreach (var run in rows.Active.ToList())
        {
            Advance(run);
        }

        Place();
        foreach (var agent in agents)
        {
            Connect(agent);
        }
    }, evenIfDown: true);

    public void Kill()
    {
        IsUp = false;
        life++;
        timers.Clear();
        foreach (var agent in links.Keys.ToList())
        {
            Cut(agent);
        }
    }

    public void Submit(SimDatabase.RunRow run) => Do(() =>
    {
        var step = RunLifecycle.Start(run.State, time.Now);
        rows.Add(run);
        Apply(run, step);
        Advance(run);
        Place();
    });

    public void Stop(Guid runId, bool abort) => Do(() =>
    {
        if (rows.Runs.TryGetValue(runId, out var run))
        {
            Apply(run, RunLifecycle.Stop(run.State, States(run), abort, time.Now));
            Advance(run);
            Place();
        }
    });

    public void Connect(SimAgent agent) => Do(() =>
    {
        if (!agent.IsUp || links.ContainsKey(agent) || agent.AwayUntil > time.Now)
        {
            return;
        }

        var generation = agent.Generation + 1;
        var link = links[agent] = new SimLink(time, chance, () => agent.Generation != generation);
        Ask(agent, link);
        var full = agent.Connect((jobId, word) => link.ToServer(() => Do(() => Observe(jobId, word))));
        link.ToServer(() => Do(() =>
        {
            foreach (var (jobId, word) in full)
            {
                Observe(jobId, word, place: false);
            }

            Place();
            foreach (var run in rows.Active)
            {
                Tell(run, agent, isReconnect: true);
            }
        }));
    });

    // As the agent does: with its hello, and then again and again.
    private void Ask(SimAgent agent, SimLink link)
    {
        if (!link.IsOpen)
        {
            return;
        }

        var asked = agent.Ask();
        link.ToServer(() => Do(() =>
        {
            leases[agent] = LeaseOf(agent).Granted(clock.Now, Terms);
            link.ToAgent(() => agent.Take(asked, Terms));
        }));
        time.After(Terms.Length / 10, () => Ask(agent, link));
    }

    private HostLease LeaseOf(SimAgent agent) => leases.TryGetValue(agent, out var lease) ? lease : HostLease.Unheard(started, Terms);

    /// <summary>Ends the leased jobs of hosts whose lease has run out.</summary>
    public void SeeLeases() => Do(() =>
    {
        var overdue = agents.Where(agent => LeaseOf(agent).IsOver(clock.Now)).ToHashSet();
        if (overdue.Count == 0)
        {
            return;
        }

        foreach (var (run, job) in rows.Active.SelectMany(run => run.Latest.Select(job => (run, job))).Where(each => each.job.Leased && overdue.Contains(each.job.Host!)).ToList())
        {
            if (!job.State.Status.IsFinished() && job.State.Observed?.IsEnd() != true)
            {
                job.State = job.State with { Observed = ObservedState.LeaseEnded };
                Advance(run);
            }
        }

        Place();
    });

    public void Cut(SimAgent agent)
    {
        if (links.Remove(agent, out var link))
        {
            link.Cut();
            agent.Disconnect();
        }
    }

    private void Observe(Guid jobId, SimAgent.Word word, bool place = true)
    {
        if (rows.Find(jobId) is not var (run, job) || job.State.Status.IsFinished())
        {
            return;
        }

        job.State = job.State with { Observed = word.State, StartedAt = word.StartedAt, ExitStatus = word.ExitStatus, Error = word.Error };
        Advance(run);
        if (place)
        {
            Place();
        }
    }

    private void Advance(SimDatabase.RunRow run)
    {
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < MaxSteps, "A run never settles.");
            var step = RunLifecycle.Next(WithHistory(run), States(run), time.Now);
            if (step.IsEmpty)
            {
                Arm(run, step.WakeAt);
                break;
            }

            Apply(run, step);
        }

        foreach (var agent in run.Latest.Select(job => job.Host).OfType<SimAgent>().Distinct())
        {
            Tell(run, agent, isReconnect: false);
        }
    }

    private void Apply(SimDatabase.RunRow run, RunStep step)
    {
        if (chance.Is(CrashRate))
        {
            throw new KilledException();
        }

        rows.Apply(run, step, time.Now, chance);
    }

    private void Place()
    {
        var queue = rows.Active
            .Where(run => run.Latest.Length > 0 && run.Latest.All(job => job is { Host: null, State.Status: JobStatus.Submitted }))
            .Select(run => new QueuedRun
            {
                RunId = run.State.Id,
                Priority = run.Priority,
                SubmittedAt = run.State.SubmittedAt,
                Jobs = [.. run.Latest.Select(job => new QueuedJob(job.State.Id, run.Requirements))],
            })
            .ToList();
        if (queue.Count == 0)
        {
            return;
        }

        var plan = Placement.Plan(queue, [.. agents.Select(Describe)], time.Now);
        foreach (var placed in plan.Assignments.GroupBy(assignment => assignment.RunId))
        {
            if (chance.Is(CrashRate))
            {
                throw new KilledException();
            }

            var run = rows.Runs[placed.Key];
            foreach (var assignment in placed)
            {
                var job = run.Latest.Single(job => job.State.Id == assignment.JobId);
                Assert.Null(job.Host);
                job.Host = agents.Single(agent => agent.Id == assignment.HostId);
                job.State = job.State with { Placed = true };
                job.Leased = HostLease.IsNeeded(run.State.Policy.Retry);
            }

            Advance(run);
        }

        foreach (var refusal in plan.Refusals)
        {
            var run = rows.Runs[refusal.RunId];
            Apply(run, RunLifecycle.Refuse(WithHistory(run), States(run), refusal.Why));
            Advance(run);
        }
    }

    private void Tell(SimDatabase.RunRow run, SimAgent agent, bool isReconnect)
    {
        if (!links.TryGetValue(agent, out var link))
        {
            return;
        }

        foreach (var job in run.Latest.Where(job => job.Host == agent))
        {
            var state = job.State;
            if (state.Status.IsFinished())
            {
                link.ToAgent(() => agent.Forget(state.Id));
            }
            else if (RunLifecycle.StopGrace(state, run.StopDuration) is { } grace)
            {
                link.ToAgent(() => agent.Stop(state.Id, grace));
            }
            else if (state.Observed is null && RunLifecycle.MayStart(run.State.Policy, state, States(run)))
            {
                var order = new SimOrder(state.Id, run.State.Id, state.JobNum, run.Requirements, run.Behaviour, job.Leased);
                link.ToAgent(() => agent.Want(state.Id, order));
            }
            else if (state.Observed is not null && isReconnect)
            {
                link.ToAgent(() => agent.Want(state.Id, null));
            }
        }
    }

    private void Arm(SimDatabase.RunRow run, DateTimeOffset? wake)
    {
        if (wake is not { } due || (timers.TryGetValue(run.State.Id, out var armed) && armed == due))
        {
            return;
        }

        timers[run.State.Id] = due;
        var armedIn = life;
        time.At(due, () =>
        {
            if (life == armedIn && timers.GetValueOrDefault(run.State.Id) == due)
            {
                timers.Remove(run.State.Id);
                Do(() =>
                {
                    Advance(run);
                    Place();
                });
            }
        });
    }

    private void Do(Action action, bool evenIfDown = false)
    {
        if (!IsUp && !evenIfDown)
        {
            return;
        }

        try
        {
            action();
        }
        catch (KilledException)
        {
            Kill();
        }
    }

    private HostState Describe(SimAgent agent) => new()
    {
        HostId = agent.Id,
        Name = agent.Name,
        Embedded = true,
        Reachable = links.ContainsKey(agent) && !LeaseOf(agent).IsOver(clock.Now),
        MaxJobs = agent.MaxJobs,
        Resources = new HostResources { Cpus = agent.Cpus, MemoryMib = 1 << 20, Gpus = [], Disk = new HostDisk(1 << 20) },
        Running = [.. rows.Active.SelectMany(run => run.Latest
            .Where(job => job.Host == agent && !job.State.Status.IsFinished()).Select(_ => new RunningJob(run.Requirements)))],
    };

    private static RunState WithHistory(SimDatabase.RunRow run) => run.Latest is [var latest, ..]
        ? run.State with
        {
            FailedInARow = Backoff.FailedInARow(
                Enumerable.Range(1, Math.Min(10, latest.State.SubmissionNum))
                    .Select(back => run.Jobs[(latest.State.SubmissionNum - back) * run.State.Policy.Nodes])
                    .Select(job => new PastAttempt(job.State.SubmittedAt, job.State.StartedAt, job.State.FinishedAt, job.State.Status)),
                latest.State.SubmittedAt),
        }
        : run.State;

    private static JobState[] States(SimDatabase.RunRow run) => [.. run.Latest.Select(job => job.State)];
}
