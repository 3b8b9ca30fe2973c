using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Server.Agents;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Api;

/// <summary>Reads runs with all that a reply needs of them.</summary>
internal sealed class RunQueries(Names names, RunDefinitions definitions, HostLeases leases, TimeProvider time, ImagePulls pulls)
{
    /// <summary>A run with all that is needed to write it.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Project">Its project's name.</param>
    /// <param name="User">The name of who submitted it.</param>
    /// <param name="Message">Its status in a few words.</param>
    /// <param name="Jobs">The submissions of each of its jobs, both in order.</param>
    /// <param name="Inactivity">For how many seconds nobody has been attached; null where that has no limit, and while it does not run.</param>
    /// <param name="Away">What it waits for of hosts that are away, in a sentence; null for nothing.</param>
    public sealed record Entry(RunRow Run, string Project, string User, string Message, IReadOnlyList<IReadOnlyList<JobRow>> Jobs, long? Inactivity, string? Away);

    /// <summary>Runs in the order asked for, and how to write them.</summary>
    public sealed record Page(IReadOnlyList<Entry> Runs, RunJson Json)
    {
        public void Write(Utf8JsonWriter json, Entry entry, bool withJobs, int? submissionsLimit) =>
            Json.Write(json, entry, withJobs, submissionsLimit);
    }

    /// <summary>The runs that the request asks for, of the projects that the caller may see (null: of all).</summary>
    public Page List(GantryDb db, ListRunsRequest request, IReadOnlyList<Guid>? projects)
    {
        var query = db.Runs.Where(run => run.DeletedAt == null);
        if (projects is not null)
            query = query.Where(run => projects.Contains(run.ProjectId));
        if (request.ProjectName is { } project)
            query = query.Where(run => db.Projects.Any(row => row.Id == run.ProjectId && row.Name == project && row.DeletedAt == null));
        if (request.Username is { } username)
            query = query.Where(run => db.Users.Any(row => row.Id == run.UserId && row.Name == username));
        if (request.OnlyActive)
            query = query.Where(run => run.Status != "terminated" && run.Status != "failed" && run.Status != "done");
        if (request.PrevSubmittedAt is { } time)
        {
            var id = request.PrevRunId ?? Guid.Empty;
            query = request.Ascending
                ? query.Where(run => run.SubmittedAt > time || (run.SubmittedAt == time && run.Id.CompareTo(id) > 0))
                : query.Where(run => run.SubmittedAt < time || (run.SubmittedAt == time && run.Id.CompareTo(id) < 0));
        }
        query = request.Ascending ? query.OrderBy(run => run.SubmittedAt).ThenBy(run => run.Id) : query.OrderByDescending(run => run.SubmittedAt).ThenByDescending(run => run.Id);
        return Complete(db, [.. query.Take(request.Limit)]);
    }

    /// <summary>One run of the project that is not deleted.</summary>
    public static RunRow? Find(GantryDb db, Guid projectId, string name) =>
        (db.ChangeTracker.QueryTrackingBehavior == QueryTrackingBehavior.TrackAll ? ToChange : ToRead)(db, projectId, name);

    // A compiled query keeps whether it tracks from the context that it is first used with: one for readers and one for the writer, or a change of the writer's is lost.
    private static readonly Func<GantryDb, Guid, string, RunRow?> ToRead = EF.CompileQuery((GantryDb db, Guid projectId, string name) =>
        db.Runs.AsNoTracking().FirstOrDefault(run => run.ProjectId == projectId && run.Name == name && run.DeletedAt == null));

    private static readonly Func<GantryDb, Guid, string, RunRow?> ToChange = EF.CompileQuery((GantryDb db, Guid projectId, string name) =>
        db.Runs.AsTracking().FirstOrDefault(run => run.ProjectId == projectId && run.Name == name && run.DeletedAt == null));

    /// <summary>All that is needed to write these runs.</summary>
    public Page Complete(GantryDb db, IReadOnlyList<RunRow> runs)
    {
        var ids = runs.Select(run => run.Id).ToList();
        var jobs = db.Jobs.Where(job => ids.Contains(job.RunId)).ToLookup(job => job.RunId);
        var hostIds = jobs.SelectMany(ofRun => ofRun).Select(job => job.InstanceId).OfType<Guid>().Distinct().ToList();
        var hosts = db.Instances.Where(host => hostIds.Contains(host.Id)).ToDictionary(host => host.Id);
        return new Page([.. runs.Select(run => Describe(db, run, [.. jobs[run.Id]], hosts))], new RunJson(hosts, pulls));
    }

    /// <summary>One run, of whose jobs all submissions are at hand, and the hosts that these are on.</summary>
    public Entry Describe(GantryDb db, RunRow run, IReadOnlyList<JobRow> submissions, IReadOnlyDictionary<Guid, InstanceRow> hosts)
    {
        var jobs = Jobs(submissions);
        IReadOnlyList<JobRow> latest = [.. jobs.Select(job => job[^1])];
        return new Entry(run, names.Project(db, run.ProjectId), names.User(db, run.UserId), Message(run, latest), jobs, Inactivity(run, jobs), Away(run, latest, hosts));
    }

    private long? Inactivity(RunRow run, IReadOnlyList<IReadOnlyList<JobRow>> jobs)
    {
        if (run.Status != "running" || definitions.Get(run).Policy.InactivityDuration is null)
            return null;
        return jobs[0][^1].InactiveSince is { } since ? Math.Max(0, (long)(time.GetUtcNow() - since).TotalSeconds) : 0;
    }

    /// <summary>A run's status in a few words.</summary>
    /// <param name="run">The run.</param>
    /// <param name="latest">The latest submission of each job.</param>
    public string Message(RunRow run, IReadOnlyList<JobRow> latest) => StatusMessages.Run(
        StateNames.Parse<RunStatus>(run.Status)!.Value,
        StateNames.Parse<RunTerminationReason>(run.TerminationReason),
        [.. latest.Select(job => RunTransitions.State(job, maxDuration: null))],
        // Only between attempts does the policy make a difference, and only unfinished runs have theirs at hand.
        run.Status == "pending" ? definitions.Get(run).Policy : null);

    private string? Away(RunRow run, IReadOnlyList<JobRow> latest, IReadOnlyDictionary<Guid, InstanceRow> hosts)
    {
        if (run.Status is not ("provisioning" or "running" or "terminating"))
            return null;
        var away = latest.Where(job => job.InstanceId is not null && !StateNames.Parse<JobStatus>(job.Status)!.Value.IsFinished())
            .DistinctBy(job => job.InstanceId)
            .Select(job => (Job: job, Host: hosts.GetValueOrDefault(job.InstanceId!.Value)))
            .Where(each => each.Host is { UnreachableSince: not null })
            .Select(each => new AwayHost(each.Host!.Name, each.Host.UnreachableSince!.Value, each.Job.Leased ? leases.Left(each.Host.Id) : null));
        return AwayWords.Of([.. away], time.GetUtcNow());
    }

    /// <summary>How far a submission's image is; null unless it is on its way.</summary>
    public ImagePullProgress? ImagePull(JobRow job) => job.Status == "pulling" ? pulls.Of(job.Id) : null;

    private static IReadOnlyList<IReadOnlyList<JobRow>> Jobs(IReadOnlyList<JobRow> submissions) => submissions.Count == 1
        ? [submissions]
        : [.. submissions.GroupBy(job => (job.ReplicaNum, job.JobNum)).OrderBy(group => group.Key).Select(group => group.OrderBy(job => job.SubmissionNum).ToList())];
}
