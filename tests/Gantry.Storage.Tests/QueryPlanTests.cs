using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Storage.Tests;

/// <summary>The queries that the server asks all the time find an index, as EF Core writes them.</summary>
public sealed partial class QueryPlanTests : IAsyncLifetime
{
    private static readonly Guid Id = Guid.NewGuid();
    private static readonly string[] Unfinished = ["submitted", "running"];

    private readonly TempFolder _folder = new();
    private GantryStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await _folder.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void ActiveRuns_UseTheirStatus() =>
        Finds("ix_runs_status", db => db.Runs.Where(run => Unfinished.Contains(run.Status) && run.DeletedAt == null));

    [Fact]
    public void RunsOfAProject_NewestFirst_NeedNoSort() =>
        Finds("ix_runs_project_submitted", db => db.Runs.Where(run => run.ProjectId == Id).OrderByDescending(run => run.SubmittedAt).ThenBy(run => run.Id).Take(100));

    [Fact]
    public void Runs_NewestFirst_NeedNoSort() =>
        Finds("ix_runs_submitted", db => db.Runs.OrderByDescending(run => run.SubmittedAt).ThenBy(run => run.Id).Take(100));

    [Fact]
    public void RunByName_UsesTheUniqueName() =>
        Finds("ux_runs_project_name", db => db.Runs.Where(run => run.ProjectId == Id && run.Name == "hello" && run.DeletedAt == null));

    [Fact]
    public void RunsThatAreDue_UseTheirTime() =>
        Finds("ix_runs_wake", db => db.Runs.Where(run => run.WakeAt <= Samples.Now));

    [Fact]
    public void NextDueTime_IsTheFirstOfItsIndex() =>
        Finds("ix_runs_wake", db => db.Runs.Where(run => run.WakeAt != null).OrderBy(run => run.WakeAt).Take(1));

    [Fact]
    public void JobsOfARun_UseTheRun() =>
        Finds("ux_jobs_submission", db => db.Jobs.Where(job => job.RunId == Id).OrderBy(job => job.ReplicaNum).ThenBy(job => job.JobNum).ThenBy(job => job.SubmissionNum));

    [Fact]
    public void UnfinishedJobsOfAnInstance_UseBoth() =>
        Finds("ix_jobs_instance_status", db => db.Jobs.Where(job => job.InstanceId == Id && Unfinished.Contains(job.Status)));

    [Fact]
    public void JobsByStatus_UseIt() =>
        Finds("ix_jobs_status", db => db.Jobs.Where(job => Unfinished.Contains(job.Status)));

    [Fact]
    public void Events_NewestFirst_NeedNoSort() =>
        Finds("ix_events_recorded", db => db.Events.OrderByDescending(happened => happened.RecordedAt).ThenBy(happened => happened.Id).Take(100));

    [Fact]
    public void EventsOfARun_AreFoundByTheirTargets() =>
        Finds("event_targets", db => db.Events.Where(happened => happened.Targets.Any(target => target.RunId == Id)).OrderByDescending(happened => happened.RecordedAt).ThenBy(happened => happened.Id).Take(100));

    [Fact]
    public void UserByToken_UsesItsHash() =>
        Finds("ux_users_token_hash", db => db.Users.Where(user => user.TokenHash == "x" && user.DeletedAt == null));

    private void Finds<T>(string index, Func<GantryDb, IQueryable<T>> query)
    {
        var plan = _store.Read(db =>
        {
            var sql = string.Join('\n', query(db).ToQueryString().Split('\n').Where(line => !line.StartsWith(".param", StringComparison.Ordinal)));
            using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + sql;
            foreach (var name in Parameters().Matches(sql).Select(match => match.Value).Distinct())
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, DBNull.Value);
                command.Parameters.Add(parameter);
            }

            using var reader = command.ExecuteReader();
            var lines = new List<string>();
            while (reader.Read())
                lines.Add(reader.GetString(3));
            return string.Join('\n', lines);
        });
        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"SCAN \S+$", plan);
    }

    [GeneratedRegex(@"@\w+")]
    private static partial Regex Parameters();
}
