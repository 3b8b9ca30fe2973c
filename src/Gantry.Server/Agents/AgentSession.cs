using System.Threading.Channels;
using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>
/// One connection to one agent, from the hellos to the end. It begins with the full sets of both sides; after that each side
/// tells the other what changed. It keeps no truth: whatever is lost with it, the next one's full sets repair.
/// </summary>
internal sealed class AgentSession(
    LinkSocket link, InstanceRow instance, Guid serverId, Ledger ledger, ChangeFeed feed, Observations observations, LogIntake logs, WantedSet wanted)
{
    /// <summary>Credit is given back in pieces of this size: small enough that an agent never runs dry, large enough to be cheap.</summary>
    private const long CreditStep = LinkProtocol.InitialLogCredit / 4;

    private readonly Channel<LinkMessage> outgoing = Channel.CreateUnbounded<LinkMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Signal changed = new();

    /// <summary>Jobs that the agent has heard of: reported by it, or sent in this session.</summary>
    private readonly HashSet<Guid> known = [];
    private readonly Dictionary<Guid, double> stopsSent = [];
    private readonly Dictionary<Guid, long> wantsSent = [];

    /// <summary>Runs until the link ends or the token is cancelled; throws what ended it.</summary>
    public async Task RunAsync(ObservedJobs full, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var subscription = feed.OnInstance(instance.Id, changed);
        lock (known)
            known.UnionWith(full.Jobs.Select(job => job.JobId));
        await StoreAsync(full, ending.Token);
        changed.Set();
        Task[] loops = [ReceiveAsync(ending.Token), SendAsync(ending.Token), WantAsync(ending.Token)];
        var first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await first;
    }

    /// <summary>Tells the agent to end a job that this server doesn't know: someone has decided.</summary>
    public void StopUnknown(Guid jobId, Guid owner) => outgoing.Writer.TryWrite(new StopJob { JobId = jobId, ServerId = owner, GraceSeconds = 30 });

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in outgoing.Reader.ReadAllAsync(cancellationToken))
            await link.SendAsync(message, cancellationToken);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var owed = 0L;
        // Observations are stored in the order in which they came; waiting for each commit before the next frame is read would
        // make a thousand small jobs cost a thousand disk flushes one after another.
        var storing = Task.CompletedTask;
        while (true)
        {
            var (control, log) = await link.ReceiveAsync(cancellationToken);
            if (log is { } frame)
            {
                var stored = logs.Take(frame);
                owed += frame.Data.Length;
                if (owed >= CreditStep)
                {
                    outgoing.Writer.TryWrite(new LogCredit { Bytes = owed, JobId = frame.JobId, StoredOffset = stored });
                    owed = 0;
                }
            }
            else if (control is ObservedJobs observed)
            {
                lock (known)
                    known.UnionWith(observed.Jobs.Select(job => job.JobId));
                storing = Both(storing, StoreAsync(observed, cancellationToken));
            }
            else if (control is JobSamples samples)
            {
                storing = Both(storing, observations.SampleAsync(samples, cancellationToken));
            }
            else if (control is null)
            {
                await storing;
                return;
            }
            if (storing.IsCompleted)
                await storing;
        }
    }

    private static async Task Both(Task before, Task next)
    {
        await before;
        await next;
    }

    private async Task StoreAsync(ObservedJobs observed, CancellationToken cancellationToken)
    {
        var outcome = await observations.StoreAsync(instance.Id, observed, cancellationToken);
        foreach (var job in outcome.Forget)
            outgoing.Writer.TryWrite(new ForgetJob { JobId = job, ServerId = serverId });
    }

    /// <summary>Sends what is wanted of the host and was not said yet, each time that it changes.</summary>
    private async Task WantAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await changed.WaitAsync(cancellationToken);
            var entries = ledger.Read(db => wanted.Of(db, instance, serverId));
            var neverSent = Tell(entries);
            if (neverSent.Count > 0)
                await observations.StoreNeverStartedAsync(neverSent, cancellationToken);
        }
    }

    private List<Guid> Tell(List<WantedSet.Entry> entries)
    {
        var fresh = new List<WantedJob>();
        var neverSent = new List<Guid>();
        lock (known)
        {
            foreach (var entry in entries)
            {
                if (entry.Grace is { } grace && !known.Contains(entry.JobId))
                    neverSent.Add(entry.JobId);
                else if (entry.Job is { } job && wantsSent.TryAdd(entry.JobId, job.LogOffset))
                    fresh.Add(job);
                if (entry.Job?.Order is not null)
                    known.Add(entry.JobId);
            }
        }
        if (fresh.Count > 0)
            outgoing.Writer.TryWrite(new WantJobs { Jobs = fresh });
        foreach (var entry in entries)
        {
            if (entry.Grace is not { } grace || (stopsSent.TryGetValue(entry.JobId, out var sent) && sent <= grace) || neverSent.Contains(entry.JobId))
                continue;
            stopsSent[entry.JobId] = grace;
            outgoing.Writer.TryWrite(new StopJob { JobId = entry.JobId, ServerId = serverId, GraceSeconds = double.IsPositiveInfinity(grace) ? null : grace });
        }
        Prune(entries);
        return neverSent;
    }

    /// <summary>What was said of jobs that have ended need not be remembered.</summary>
    private void Prune(List<WantedSet.Entry> entries)
    {
        if (wantsSent.Count <= entries.Count * 2 + 100)
            return;
        var current = entries.Select(entry => entry.JobId).ToHashSet();
        lock (known)
        {
            foreach (var gone in wantsSent.Keys.Where(id => !current.Contains(id)).ToList())
            {
                wantsSent.Remove(gone);
                stopsSent.Remove(gone);
                known.Remove(gone);
            }
        }
    }
}
