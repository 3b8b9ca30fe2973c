using System.Globalization;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Model.Values;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Ends the leased jobs of hosts whose lease has run out: nothing of them lives there any more, so that their runs may go on elsewhere. It takes the word of a
/// clock where the host's agent has none, and stores it as if the agent had said it. Takes no input but the rows and the leases; what failed is done again.
/// </summary>
internal sealed partial class LeaseWatch(Ledger ledger, HostLeases leases, RunTransitions transitions, TimeProvider time, ILogger<LeaseWatch> logger)
{
    private const string LongestKey = "longest_lease_seconds";
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Learns how long the leases of the server before may be, and notes this one's if they are longer. Before the first is granted.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => ledger.CommitAsync(
        (db, _) =>
        {
            if (Former(db) is { } former)
                leases.Reckon(former);
            if (Former(db)?.Length is not { } known || known < leases.Terms.Length)
                Note(db);
        },
        cancellationToken);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var next = await LookAsync(stoppingToken);
                await Task.Delay(next < ShortestPause ? ShortestPause : next, time, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        await ShortenAsync(cancellationToken);
        // A host that is given a leased job from now on holds its lease for longer than this.
        var next = leases.Terms.Length / 2;
        foreach (var host in ledger.Read(db => Leased(db).Select(job => job.InstanceId!.Value).Distinct().ToList()))
        {
            if (leases.IsOver(host))
                await ledger.CommitAsync((db, changes) => End(db, changes, host), cancellationToken);
            else if (leases.Left(host) is var left && left < next)
                next = left;
        }
        return next;
    }

    private void End(GantryDb db, ChangeSet changes, Guid host)
    {
        // It may have come back meanwhile, and says itself what became of its jobs.
        if (!leases.IsOver(host))
            return;
        var name = db.Instances.Find(host)?.Name ?? "The host";
        foreach (var job in Leased(db).Where(job => job.InstanceId == host).ToList())
        {
            job.Observed = ObservedState.LeaseEnded.WireName();
            job.ObservedError = $"{name} was away for longer than its lease of {DurationText.Print(leases.Terms.Length)}, at the end of which the job was ended there.";
            transitions.Advance(db, changes, job.RunId, ledger.Now);
        }
    }

    private static IQueryable<JobRow> Leased(GantryDb db) => db.Jobs.Where(job => job.Leased && job.InstanceId != null && job.Observed != "lease_ended"
        && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"));

    // Once the longer ones of the server before are over, they need not be waited for by the next one.
    private async Task ShortenAsync(CancellationToken cancellationToken)
    {
        if (ledger.Read(Former) is { } former && former.Length > leases.Terms.Length && leases.Now > former.OverAfter)
            await ledger.CommitAsync((db, _) => Note(db), cancellationToken);
    }

    private static LeaseTerms? Former(GantryDb db) =>
        db.Settings.Find(LongestKey) is { } row && double.TryParse(row.Value, CultureInfo.InvariantCulture, out var seconds) ? new LeaseTerms(TimeSpan.FromSeconds(seconds)) : null;

    private void Note(GantryDb db)
    {
        var value = leases.Terms.Length.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        if (db.Settings.Find(LongestKey) is { } row)
            row.Value = value;
        else
            db.Settings.Add(new SettingRow { Key = LongestKey, Value = value });
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at the leases of hosts failed; nothing of it was kept and it is done again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
