using System.Text.Json.Nodes;
using Gantry.Engine.Runs;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

public sealed class HistorySweepTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task CrashLoop_KeepsItsFirstAndLatestSubmissions_AndTheNumbersStayRight()
    {
        await server.CallAsync(
            "/api/project/main/runs/apply",
            """{"plan":{"run_spec":{"run_name":"loop","configuration":{"type":"task","name":"loop","commands":["false"],"fleets":["nowhere"],"retry":true}}},"force":true}""");
        var logs = server.App.Web.Services.GetRequiredService<ILogStore>();
        var away = new InstanceRow { Id = Guid.NewGuid(), Name = "away", Embedded = false, CreatedAt = server.Ledger.Now };
        var ids = await server.Ledger.CommitAsync((db, _) =>
        {
            db.Instances.Add(away);
            var first = db.Jobs.AsNoTracking().Single(job => job.RunId == db.Runs.Single(run => run.Name == "loop").Id);
            db.Jobs.Remove(db.Jobs.Find(first.Id)!);
            db.SaveChanges();
            // Number 7 ran on a host that is away now, and may say something of it yet; 60 is under way.
            var jobs = Enumerable.Range(0, 61).Select(number => new JobRow
            {
                Id = Guid.NewGuid(),
                RunId = first.RunId,
                ReplicaNum = 0,
                JobNum = 0,
                SubmissionNum = number,
                Status = number < 60 ? "failed" : "submitted",
                TerminationReason = number < 60 ? "container_exited_with_error" : null,
                SubmittedAt = server.Ledger.Now.AddHours(-10),
                FinishedAt = number < 60 ? server.Ledger.Now.AddHours(-9) : null,
                LastProcessedAt = server.Ledger.Now,
                InstanceId = number == 7 ? away.Id : null,
                Spec = first.Spec,
            }).ToList();
            db.Jobs.AddRange(jobs);
            return jobs.Select(job => job.Id).ToList();
        }, TestContext.Current.CancellationToken);
        foreach (var id in ids)
            logs.Append(id, 0, server.Ledger.Now, "text"u8);

        await server.App.Web.Services.GetRequiredService<HistorySweep>().SweepAsync(TestContext.Current.CancellationToken);

        int[] kept = [0, 7, .. Enumerable.Range(60 - OldSubmissions.Kept + 1, OldSubmissions.Kept)];
        var (_, body) = await server.CallAsync("/api/project/main/runs/get", """{"run_name":"loop"}""");
        Assert.Equal(kept, JsonNode.Parse(body)!["jobs"]![0]!["job_submissions"]!.AsArray().Select(submission => (int)submission!["submission_num"]!));
        Assert.Equal(kept, Enumerable.Range(0, 61).Where(number => logs.Length(ids[number]) > 0));
    }

    [Fact]
    public async Task Events_OfLongAgo_AreRemovedWithTheirTargets()
    {
        var (old, young) = (Guid.NewGuid(), Guid.NewGuid());
        await server.Ledger.CommitAsync((db, _) =>
        {
            foreach (var (id, age) in new[] { (old, HistorySweep.EventsKept + TimeSpan.FromHours(1)), (young, HistorySweep.EventsKept - TimeSpan.FromHours(1)) })
            {
                var row = new EventRow { Id = id, Message = "It happened.", RecordedAt = server.Ledger.Now - age };
                row.Targets.Add(new EventTargetRow { EventId = id, TargetType = "run", TargetId = Guid.NewGuid(), TargetName = "run" });
                db.Record(row);
            }
        }, TestContext.Current.CancellationToken);

        await server.App.Web.Services.GetRequiredService<HistorySweep>().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal((false, true), server.Ledger.Read(db => (db.Events.Any(row => row.Id == old), db.Events.Any(row => row.Id == young))));
        Assert.Equal((false, true), server.Ledger.Read(db => (db.EventTargets.Any(row => row.EventId == old), db.EventTargets.Any(row => row.EventId == young))));
    }
}
