using System.Collections.Concurrent;
using Gantry.Engine.Fleets;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Storage;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Places queued runs on hosts. Woken when a job is queued, when room comes free, and when a host comes or goes; any
/// number of wake-ups while it works is one more round. Takes no input but the rows, so that a round that failed is
/// simply done again.
/// </summary>
internal sealed partial class Scheduler(
    Ledger ledger, ChangeFeed feed, RunTransitions transitions, RunDefinitions definitions, HostViews hosts, HostLeases leases, TimeProvider time, ILogger<Scheduler> logger)
{
    /// <summary>Runs looked at in one round: the best of the queue. The rest waits behind them anyway.</summary>
    private const int QueueWindow = 1000;

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, QueuedJob> queuedJobs = new();

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        feed.Queue.Set();
        var wait = Sweep;
        while (!stoppingToken.IsCancellationRequested)
        {
            await feed.Queue.WaitAsync(wait, time, stoppingToken);
            try
            {
                await PlaceAsync(stoppingToken);
                wait = Sweep;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogRoundFailed(logger, e);
                feed.Queue.Set();
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private async Task PlaceAsync(CancellationToken cancellationToken)
    {
        if (!ledger.Read(db => db.Jobs.Any(job => job.Status == "submitted" && job.InstanceId == null)))
            return;
        await ledger.CommitAsync(Place, cancellationToken);
    }

    private void Place(GantryDb db, ChangeSet changes)
    {
        var now = ledger.Now;
        var (queue, said) = Queue(db);
        var hostRows = HostViews.Rows(db);
        var plan = Placement.Plan(queue, hosts.States(db, hostRows), now);
        // Most of a long queue waits for what it waited for before.
        var waits = plan.Waiting.Where(waiting => said[waiting.RunId] != waiting.Why).ToList();
        Load(db, plan, waits.Select(waiting => waiting.RunId));
        foreach (var run in plan.Assignments.GroupBy(assignment => assignment.RunId))
        {
            var row = db.Runs.Find(run.Key)!;
            JobRow? placed = null;
            foreach (var assignment in run)
            {
                placed = db.Jobs.Find(assignment.JobId)!;
                placed.Gpus = JobGpus.Write(assignment.Gpus);
                placed.Leased = leases.IsKept(assignment.HostId) && HostLease.IsNeeded(definitions.Get(row).Policy.Retry);
                RunTransitions.Place(db, changes, row, placed, hostRows[assignment.HostId], now);
                queuedJobs.TryRemove(assignment.JobId, out _);
            }
            transitions.Advance(db, changes, row, placed!, now);
        }
        foreach (var refusal in plan.Refusals)
        {
            foreach (var job in queue.Single(run => run.RunId == refusal.RunId).Jobs)
                queuedJobs.TryRemove(job.JobId, out _);
            transitions.Refuse(db, changes, db.Runs.Find(refusal.RunId)!, refusal.Why, now);
        }
        foreach (var waiting in waits)
            RunTransitions.Wait(changes, db.Runs.Find(waiting.RunId)!, waiting.Why);
    }

    // A query for all of them, not one each: they are then found in the context.
    private static void Load(GantryDb db, PlacementPlan plan, IEnumerable<Guid> waiting)
    {
        var jobs = plan.Assignments.Select(assignment => assignment.JobId).ToList();
        if (jobs.Count > 0)
            db.Jobs.Where(job => jobs.Contains(job.Id)).Load();
        var runs = plan.Assignments.Select(assignment => assignment.RunId).Concat(plan.Refusals.Select(refusal => refusal.RunId)).Concat(waiting).Distinct().ToList();
        if (runs.Count > 0)
            db.Runs.Where(run => runs.Contains(run.Id)).Load();
    }

    /// <summary>The best of the queue, and what each run of it was last said to wait for.</summary>
    private (List<QueuedRun> Runs, Dictionary<Guid, string?> WaitingFor) Queue(GantryDb db)
    {
        var waiting = db.Jobs.Where(job => job.Status == "submitted" && job.InstanceId == null)
            .Join(db.Runs, job => job.RunId, run => run.Id, (job, run) => new { JobId = job.Id, job.JobNum, run.Id, run.Priority, run.SubmittedAt, run.WaitingFor })
            .OrderByDescending(row => row.Priority).ThenBy(row => row.SubmittedAt).ThenBy(row => row.Id).ThenBy(row => row.JobNum)
            .Take(QueueWindow)
            .ToList();
        // The window may cut the last run in two; a run is placed whole or not at all, so that one waits for the next round.
        if (waiting.Count == QueueWindow && waiting[0].Id != waiting[^1].Id)
        {
            var last = waiting[^1].Id;
            waiting.RemoveAll(row => row.Id == last);
        }
        var runs = waiting.GroupBy(row => row.Id).ToList();
        var queue = runs.Select(run => new QueuedRun
        {
            RunId = run.Key,
            Priority = run.First().Priority,
            SubmittedAt = run.First().SubmittedAt,
            Jobs = [.. run.Select(row => queuedJobs.GetOrAdd(row.JobId, Describe, (db, run.Key, row.JobNum)))],
        });
        return ([.. queue], runs.ToDictionary(run => run.Key, run => run.First().WaitingFor));
    }

    private QueuedJob Describe(Guid jobId, (GantryDb Db, Guid RunId, int JobNum) where)
    {
        var definition = definitions.Get(where.Db, where.RunId);
        return Describe(jobId, definition, definition.Jobs[where.JobNum], where.Db.Runs.Find(where.RunId)!.ProjectId);
    }

    /// <summary>A job as placement sees it.</summary>
    public static QueuedJob Describe(Guid jobId, RunDefinition definition, JobSpec spec, Guid projectId)
    {
        var wishes = definition.Spec.Configuration is IProfileParameters profile ? PlacementWishes.Of(profile) : PlacementWishes.None;
        return new QueuedJob(jobId, spec.Requirements, NeedsContainer: spec.ImageName.Length > 0) { ProjectId = projectId, Wishes = wishes };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A placement round failed; nothing of it was kept and it is done again.")]
    private static partial void LogRoundFailed(ILogger logger, Exception exception);
}
