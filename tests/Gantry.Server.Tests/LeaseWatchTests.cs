using System.Diagnostics;
using System.Text.Json.Nodes;
using Gantry.Model.Link;
using Gantry.Server.Agents;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>A server with the shortest leases.</summary>
public sealed class ShortLeaseServer : RunningServer
{
    /// <inheritdoc/>
    protected override TimeSpan Lease => LeaseTerms.Shortest;
}

/// <summary>Jobs on a host that this server, since its start, has heard nothing of.</summary>
public sealed class LeaseWatchTests(ShortLeaseServer server) : IClassFixture<ShortLeaseServer>
{
    [Fact]
    public async Task HostUnheardSinceTheStart_EndsItsLeasedJobsAfterAWholeLease_AndNoOther()
    {
        var terms = new LeaseTerms(LeaseTerms.Shortest);
        var leases = server.App.Web.Services.GetRequiredService<HostLeases>();
        var away = new InstanceRow { Id = Guid.NewGuid(), Name = "away", Embedded = false, CreatedAt = server.Ledger.Now, UnreachableSince = server.Ledger.Now };
        await server.Ledger.CommitAsync((db, _) => db.Instances.Add(away), TestContext.Current.CancellationToken);
        var leased = await PlaceAsync("leased", away, isLeased: true);
        var free = await PlaceAsync("free", away, isLeased: false);
        Assert.False(leases.IsOver(away.Id));
        Assert.Matches(@"^Host away is unreachable for \d+ s; its lease ends in \d+ s, then the run goes on elsewhere\.$", await WaitsForAsync("leased"));
        Assert.Matches(@"^Host away is unreachable for \d+ s: the run waits for it", await WaitsForAsync("free"));

        var watch = Stopwatch.StartNew();
        while (server.Ledger.Read(db => db.Jobs.Find(leased)!.Status) != "failed")
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "The lease never ends.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.True(leases.Now >= terms.OverAfter, $"It ended {leases.Now} after the start.");
        var job = server.Ledger.Read(db => db.Jobs.Find(leased)!);
        Assert.Equal(("instance_unreachable", "lease_ended"), (job.TerminationReason, job.Observed));
        Assert.StartsWith("away was away for longer than its lease of 5s", job.TerminationMessage, StringComparison.Ordinal);
        Assert.Equal(("pending", "running"), server.Ledger.Read(db => (db.Runs.Single(run => run.Name == "leased").Status, db.Jobs.Find(free)!.Status)));
        Assert.Equal("5", server.Ledger.Read(db => db.Settings.Find("longest_lease_seconds")!.Value));
    }

    private async Task<string> WaitsForAsync(string run) =>
        (string)JsonNode.Parse((await server.CallAsync("/api/project/main/runs/get", $$"""{"run_name":"{{run}}"}""")).Body)!["error"]!;

    private async Task<Guid> PlaceAsync(string name, InstanceRow host, bool isLeased)
    {
        var (_, body) = await server.CallAsync(
            "/api/project/main/runs/apply",
            $$$$"""{"plan":{"run_spec":{"run_name":"{{{{name}}}}","configuration":{"type":"task","name":"{{{{name}}}}","commands":["true"],"fleets":["nowhere"],"retry":{"on_events":["interruption","no-capacity"],"duration":"1h"}} }},"force":true}""");
        Assert.Contains(name, body, StringComparison.Ordinal);
        var transitions = server.App.Web.Services.GetRequiredService<RunTransitions>();
        return await server.Ledger.CommitAsync((db, changes) =>
        {
            var run = db.Runs.Single(run => run.Name == name);
            var job = db.Jobs.Single(job => job.RunId == run.Id);
            job.Leased = isLeased;
            RunTransitions.Place(db, changes, run, job, db.Instances.Find(host.Id)!, server.Ledger.Now);
            job.Observed = "running";
            transitions.Advance(db, changes, run, job, server.Ledger.Now);
            return job.Id;
        });
    }
}
