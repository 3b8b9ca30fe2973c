using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Model.Values;

namespace Gantry.Simulation;

/// <summary>Weeks of a server with three hosts, its users and its misfortunes; then a quiet day, after which all accounts must be settled.</summary>
internal sealed class Weeks
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly Timeline time = new(Start);
    private readonly Chance chance;
    private readonly List<SimAgent> agents = [];
    private readonly SimServer server;
    private bool isQuiet;

    public Weeks(int seed)
    {
        chance = new Chance(seed);
        agents.Add(new SimAgent(chance.NewId(), "a", cpus: 4, maxJobs: 4, time, chance, Reality));
        agents.Add(new SimAgent(chance.NewId(), "b", cpus: 8, maxJobs: 3, time, chance, Reality));
        agents.Add(new SimAgent(chance.NewId(), "c", cpus: 2, maxJobs: 6, time, chance, Reality));
        server = new SimServer(Rows, agents, time, chance) { CrashRate = 0.002 };
    }

    public Reality Reality { get; } = new();

    public SimDatabase Rows { get; } = new();

    public DateTimeOffset Now => time.Now;

    public void Live(int weeks)
    {
        var end = Start.AddDays(7 * weeks);
        server.Rise();
        foreach (var cron in (string[])["0 * * * *", "30 2 * * *", "*/20 8-10 * * mon-fri"])
        {
            server.Submit(NewRun(Policy(cron: cron)));
        }

        Repeat(TimeSpan.FromMinutes(40), () => server.Submit(NewRun(Policy(cron: null))));
        Repeat(TimeSpan.FromHours(3), StopSomething);
        Repeat(TimeSpan.FromHours(2), () => server.Cut(chance.Of([.. agents])));
        Repeat(TimeSpan.FromHours(5), () => CutForLong(chance.Of([.. agents])));
        Repeat(TimeSpan.FromHours(9), server.Kill);
        Repeat(TimeSpan.FromHours(7), () => chance.Of([.. agents]).Die(), cut: true);
        Repeat(TimeSpan.FromHours(20), () => chance.Of([.. agents]).PowerOff(), cut: true);
        Every(TimeSpan.FromMinutes(1), Recover);
        Every(TimeSpan.FromSeconds(20), server.SeeLeases);

        time.RunUntil(end);
        isQuiet = true;
        server.CrashRate = 0;
        time.RunUntil(end.AddDays(2));
    }

    private SimDatabase.RunRow NewRun(RunPolicy policy) => new()
    {
        State = new RunState { Id = chance.NewId(), Status = RunStatus.Pending, SubmittedAt = time.Now, Policy = policy },
        Priority = chance.Of(0, 0, 50),
        Requirements = new Requirements { Resources = new ResourcesSpec { Cpu = chance.Is(0.5) ? new CpuSpec(null, new Range<int>(chance.Of(1, 2, 3), null)) : null } },
        Behaviour = new Behaviour(chance.Of(TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)), chance.Of(0, 0.1, 0.7), 0.02, chance.Is(0.1)),
        StopDuration = TimeSpan.FromMinutes(5),
        MaxDuration = chance.Is(0.2) ? TimeSpan.FromMinutes(30) : null,
    };

    private RunPolicy Policy(string? cron) => new()
    {
        Nodes = chance.Of(1, 1, 1, 2, 3),
        Retry = chance.Of(
            null,
            new RetryPolicy([RetryEvent.NoCapacity, RetryEvent.Interruption, RetryEvent.Error], 3600),
            new RetryPolicy([RetryEvent.Interruption], 86400),
            new RetryPolicy([RetryEvent.Error], 600)),
        StopCriteria = chance.Of(StopCriteria.AllDone, StopCriteria.MasterDone),
        StartupOrder = chance.Of(StartupOrder.Any, StartupOrder.MasterFirst, StartupOrder.WorkersFirst),
        Schedule = cron is null ? null : [cron],
    };

    private void StopSomething()
    {
        var active = Rows.Active.Where(run => run.State.Policy.Schedule is null).ToList();
        if (active.Count > 0)
        {
            server.Stop(active[chance.Below(active.Count)].State.Id, chance.Is(0.3));
        }
    }

    // Half of them for longer than a lease; now and then the agent dies meanwhile, and nobody starts it for a while.
    private void CutForLong(SimAgent agent)
    {
        server.Cut(agent);
        agent.AwayUntil = time.Now + chance.Around(TimeSpan.FromMinutes(30));
        if (chance.Is(0.3))
        {
            agent.Die();
        }
    }

    // Supervisors: what is down comes up again, what is cut is dialled again.
    private void Recover()
    {
        if (!server.IsUp && (isQuiet || chance.Is(0.3)))
        {
            server.Rise();
        }

        foreach (var agent in agents)
        {
            if (!agent.IsUp && (isQuiet || chance.Is(0.1)))
            {
                agent.Rise();
            }

            server.Connect(agent);
        }
    }

    private void Repeat(TimeSpan mean, Action action, bool cut = false) => time.After(chance.Around(mean), () =>
    {
        if (!isQuiet)
        {
            action();
            if (cut)
            {
                agents.Where(agent => !agent.IsUp).ToList().ForEach(server.Cut);
            }

            Repeat(mean, action, cut);
        }
    });

    private void Every(TimeSpan period, Action action) => time.After(period, () =>
    {
        action();
        Every(period, action);
    });
}
