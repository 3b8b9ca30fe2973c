using Gantry.Server.Agents;
using Gantry.Server.Content;
using Gantry.Server.Fleets;
using Gantry.Server.Hosting;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Everything that works without being asked: first what an interrupted server left to do, then, for as long as the server
/// lives, deadlines, placement and the links to agents.
/// </summary>
internal sealed class Reconciling(FirstStart firstStart, DeadlineClock clock, LeaseWatch leases, Scheduler scheduler, AgentHub hub, FleetKeeper fleets, BlobSweep blobs, HistorySweep history, Readiness readiness) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The listener comes up meanwhile.
        await Task.Yield();
        try
        {
            await firstStart.PrepareAsync(stoppingToken);
            await leases.PrepareAsync(stoppingToken);
            await clock.AdvanceAllAsync(stoppingToken);
            readiness.Set();
        }
        catch (Exception e)
        {
            // Whoever started the server waits for this, and says why it does not serve.
            readiness.Fail(e);
            return;
        }
        await Task.WhenAll(clock.RunAsync(stoppingToken), leases.RunAsync(stoppingToken), scheduler.RunAsync(stoppingToken), hub.RunAsync(stoppingToken), fleets.RunAsync(stoppingToken), blobs.RunAsync(stoppingToken), history.RunAsync(stoppingToken));
    }
}
