using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>
/// Tells the rows when somebody attaches to a dev environment, and when the last one has left: its <c>inactivity_duration</c> counts from there. What is
/// stored is decided in the commit itself, by who is there then, so that it does not matter in which order arrivals and departures are stored.
/// </summary>
internal sealed class RunPresence(Ledger ledger, RunTransitions transitions, RunDefinitions definitions, AttachedClients clients)
{
    private static readonly Nobody Uncounted = new();

    /// <summary>Somebody is attached until the result is disposed of.</summary>
    public async Task<IAsyncDisposable> BeginAsync(JobRow job, CancellationToken cancellationToken)
    {
        if (!ledger.Read(db => definitions.Get(db, job.RunId)).Policy.IsDevEnvironment)
            return Uncounted;
        var visit = new Visit(this, job.RunId);
        if (clients.Enter(job.RunId))
        {
            try
            {
                await StoreAsync(job.RunId, cancellationToken);
            }
            catch
            {
                await visit.DisposeAsync();
                throw;
            }
        }
        return visit;
    }

    private Task LeaveAsync(Guid runId) => clients.Leave(runId) ? StoreAsync(runId, CancellationToken.None) : Task.CompletedTask;

    private Task StoreAsync(Guid runId, CancellationToken cancellationToken) =>
        ledger.CommitAsync((db, changes) => transitions.Advance(db, changes, runId, ledger.Now), cancellationToken);

    private sealed class Visit(RunPresence presence, Guid runId) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await presence.LeaveAsync(runId);
    }

    private sealed class Nobody : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
