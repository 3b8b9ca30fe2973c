using Gantry.Model.Link;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

public sealed class UtilizationWatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Run_WhoseGpuIdles_IsTerminatedAndSaysWhich()
    {
        var (_, body) = await server.CallAsync(
            "/api/project/main/runs/apply",
            """{"plan":{"run_spec":{"run_name":"idle","configuration":{"type":"task","name":"idle","commands":["true"],"fleets":["nowhere"],"retry":true,"utilization_policy":{"min_gpu_utilization":20,"time_window":"5m"}}}},"force":true}""");
        Assert.Contains("idle", body, StringComparison.Ordinal);
        var transitions = server.App.Web.Services.GetRequiredService<RunTransitions>();
        var away = new InstanceRow { Id = Guid.NewGuid(), Name = "away", Embedded = false, CreatedAt = server.Ledger.Now };
        var id = await server.Ledger.CommitAsync((db, changes) =>
        {
            db.Instances.Add(away);
            var run = db.Runs.Single(run => run.Name == "idle");
            var job = db.Jobs.Single(job => job.RunId == run.Id);
            RunTransitions.Place(db, changes, run, job, away, server.Ledger.Now);
            job.Observed = "running";
            transitions.Advance(db, changes, run, job, server.Ledger.Now);
            return job.Id;
        }, TestContext.Current.CancellationToken);

        // The second GPU rests for four and a half minutes, works once, and then rests for five.
        var watch = server.App.Web.Services.GetRequiredService<UtilizationWatch>();
        var start = server.Ledger.Now;
        string? status = null;
        var ended = TimeSpan.Zero;
        for (var at = TimeSpan.Zero; at < TimeSpan.FromMinutes(15) && status is not "terminating"; at += TimeSpan.FromSeconds(5))
        {
            var use = at == TimeSpan.FromSeconds(270) ? 50 : 10;
            ended = at;
            status = await server.Ledger.CommitAsync((db, changes) =>
            {
                var job = db.Jobs.Find(id)!;
                watch.Look(db, changes, job, new JobSample(id, 0, 0) { Gpus = [new(90, null), new(use, null)] }, start + at);
                return job.Status;
            }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(TimeSpan.FromSeconds(275 + 300), ended);
        var (row, run) = server.Ledger.Read(db => (db.Jobs.Find(id)!, db.Runs.Single(run => run.Name == "idle")));
        Assert.Equal("terminated_due_to_utilization_policy", row.TerminationReason);
        Assert.Equal("Its GPU 1 was used for less than 20 % all through 5m, which its utilization_policy does not allow.", row.TerminationMessage);
        Assert.Equal(("terminating", "stopped_by_limit"), (run.Status, run.TerminationReason));
    }
}
