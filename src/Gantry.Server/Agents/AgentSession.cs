using System.Threading.Channels;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;
using Gantry.Server.Changes;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>
/// One connection to one agent, from the hellos to the end. It begins with the full sets of both sides; after that each side
/// tells the other what changed. It keeps no truth: whatever is lost with it, the next one's full sets repair.
/// </summary>
internal sealed class AgentSession(
    LinkSocket link, InstanceRow instance, Guid serverId, Ledger ledger, ChangeFeed feed, Observations observations, LogIntake logs, WantedSet wanted, HostLeases leases,
    AgentStreams agentStreams, IReadOnlyList<string> features)
{
    /// <summary>Credit is given back in pieces of this size: small enough that an agent never runs dry, large enough to be cheap.</summary>
    private const long CreditStep = LinkProtocol.InitialLogCredit / 4;

    /// <summary>Observations on their way into the database before no more frames are read: enough to fill the writer's groups.</summary>
    private const int MaxStoring = 256;

    // A null says that there may be something to send on a stream.
    private readonly Channel<LinkMessage?> outgoing = Channel.CreateUnbounded<LinkMessage?>(new UnboundedChannelOptions { SingleReader = true });
    private int streamsWoken;
    private readonly Channel<Task> storing = Channel.CreateBounded<Task>(new BoundedChannelOptions(MaxStoring) { SingleReader = true });
    /// <summary>Jobs that the agent has heard of: reported by it, or sent in this session.</summary>
    private readonly HashSet<Guid> known = [];
    private readonly Dictionary<Guid, double> stopsSent = [];
    private readonly HashSet<Guid> wantsSent = [];
    /// <summary>Jobs that ended for this server without their agent, which it still has the end of the log of.</summary>
    private readonly List<WantedJob> tails = [];
    private bool wasFirstSaid;

    /// <summary>Runs until the link ends or the token is cancelled; throws what ended it.</summary>
    public async Task RunAsync(ObservedJobs full, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Subscribed before the rows are read: a change in between is looked at twice rather than never.
        var changes = feed.OnInstance(instance.Id);
        lock (known)
            known.UnionWith(full.Jobs.Select(job => job.JobId));
        await StoreAsync(full, ending.Token);
        var streams = agentStreams.Connected(instance.Id, instance.Name, features.Contains(LinkProtocol.StreamsFeature), WakeStreams);
        Task[] loops = [ReceiveAsync(streams, ending.Token), SendAsync(streams, ending.Token), WantAsync(changes, ending.Token), StoredAsync(ending.Token)];
        var first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        agentStreams.Disconnected(instance.Id, streams);
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await first;
    }

    /// <summary>Answers an agent that asks for its lease.</summary>
    public void Grant(long asked) => outgoing.Writer.TryWrite(leases.Grant(instance.Id, asked));

    /// <summary>Tells the agent to end a job that this server doesn't know: someone has decided.</summary>
    public void StopUnknown(Guid jobId, Guid owner) => outgoing.Writer.TryWrite(new StopJob { JobId = jobId, ServerId = owner, GraceSeconds = 30 });

    /// <summary>Lets the agent drop a job that ended and that nobody here knows.</summary>
    public void ForgetUnknown(Guid jobId, Guid owner) => outgoing.Writer.TryWrite(new ForgetJob { JobId = jobId, ServerId = owner });

    private void WakeStreams()
    {
        if (Interlocked.Exchange(ref streamsWoken, 1) == 0)
            outgoing.Writer.TryWrite(null);
    }

    private async Task SendAsync(LinkStreams streams, CancellationToken cancellationToken)
    {
        // Made by the first stream: most links never have one.
        byte[] frame = [];
        while (await outgoing.Reader.WaitToReadAsync(cancellationToken))
        {
            do
            {
                // Control messages first: one waits for one piece of a stream at most.
                while (outgoing.Reader.TryRead(out var control))
                {
                    if (control is not null)
                        await link.SendAsync(control, cancellationToken);
                    else
                        Volatile.Write(ref streamsWoken, 0);
                }
            }
            while (streams.HasOutgoing && await TrySendStreamAsync(streams, frame = FrameBuffer(frame), cancellationToken));
        }
    }

    private static byte[] FrameBuffer(byte[] frame) => frame.Length > 0 ? frame : new byte[StreamFrame.HeaderSize + LinkProtocol.MaxStreamPiece];

    private async ValueTask<bool> TrySendStreamAsync(LinkStreams streams, byte[] frame, CancellationToken cancellationToken)
    {
        if (!streams.TryTake(frame, out var length, out var message))
            return false;
        if (message is not null)
            await link.SendAsync(message, cancellationToken);
        else
            await link.SendAsync(frame.AsMemory(0, length), cancellationToken);
        return true;
    }

    private async Task ReceiveAsync(LinkStreams streams, CancellationToken cancellationToken)
    {
        var owed = 0L;
        while (true)
        {
            var (control, log, piece) = await link.ReceiveAsync(cancellationToken);
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
            else if (piece is { } streamed)
            {
                streams.Receive(streamed);
            }
            else if (control is ObservedJobs observed)
            {
                lock (known)
                    known.UnionWith(observed.Jobs.Select(job => job.JobId));
                await storing.Writer.WriteAsync(StoreAsync(observed, cancellationToken), cancellationToken);
            }
            else if (control is HostChanged changed)
            {
                await storing.Writer.WriteAsync(observations.StoreHostAsync(instance, changed.Host, cancellationToken), cancellationToken);
            }
            else if (control is AskLease ask)
            {
                Grant(ask.Asked);
            }
            else if (control is JobSamples samples)
            {
                await storing.Writer.WriteAsync(observations.SampleAsync(instance, samples, cancellationToken), cancellationToken);
            }
            else if (control is null)
            {
                return;
            }
            else
            {
                streams.Receive(control);
            }
        }
    }

    /// <summary>
    /// Waits for what is being stored, in order. The writer keeps the order in which changes were given to it; waiting for each
    /// commit before the next frame is read would make a thousand small jobs cost a thousand disk flushes one after another.
    /// One that fails ends the session: the next one's full set brings it again.
    /// </summary>
    private async Task StoredAsync(CancellationToken cancellationToken)
    {
        await foreach (var store in storing.Reader.ReadAllAsync(cancellationToken))
            await store;
    }

    private async Task StoreAsync(ObservedJobs observed, CancellationToken cancellationToken)
    {
        var outcome = await observations.StoreAsync(instance, observed, cancellationToken);
        lock (known)
            tails.AddRange(outcome.Tails);
        foreach (var tail in outcome.Tails)
            outgoing.Writer.TryWrite(new StopJob { JobId = tail.JobId, ServerId = serverId, GraceSeconds = 0 });
        foreach (var job in outcome.Forget)
        {
            // What the agent forgets is nowhere else: the log has to be on the disk by then, not only in its cache.
            logs.Flush(job.JobId);
            outgoing.Writer.TryWrite(new ForgetJob { JobId = job.JobId, ServerId = job.ServerId });
            lock (known)
            {
                known.Remove(job.JobId);
                wantsSent.Remove(job.JobId);
                stopsSent.Remove(job.JobId);
            }
        }
    }

    /// <summary>Sends what is wanted of the host and was not said yet, each time that it changes.</summary>
    private async Task WantAsync(WantedChanges changes, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<Guid>? runs = null;
        while (true)
        {
            var entries = ledger.Read(db => wanted.Of(db, instance, serverId, runs));
            if (OlderAgent.TakeImpossible(entries, features, instance.Name, serverId) is { Count: > 0 } impossible)
                await StoreAsync(new ObservedJobs { Jobs = impossible }, cancellationToken);
            var neverSent = Tell(entries);
            if (neverSent.Count > 0)
                await observations.StoreNeverStartedAsync(neverSent, cancellationToken);
            runs = await changes.TakeAsync(cancellationToken);
        }
    }

    private List<Guid> Tell(List<WantedSet.Entry> entries)
    {
        lock (known)
        {
            var neverSent = entries.Where(entry => entry.Grace is not null && !known.Contains(entry.JobId)).Select(entry => entry.JobId).ToList();
            var fresh = entries.Where(entry => entry.Job is not null && !neverSent.Contains(entry.JobId) && wantsSent.Add(entry.JobId)).Select(entry => entry.Job!).ToList();
            fresh.AddRange(tails);
            tails.Clear();
            known.UnionWith(fresh.Select(job => job.JobId));
            // The first is sent also when it is empty: until then, no agent tells the end of a job that has a log.
            if (fresh.Count > 0 || !wasFirstSaid)
                outgoing.Writer.TryWrite(new WantJobs { Jobs = fresh });
            wasFirstSaid = true;
            foreach (var entry in entries)
            {
                // An abort after a stop shortens it; the same word need not be said twice.
                if (entry.Grace is not { } grace || neverSent.Contains(entry.JobId) || (stopsSent.TryGetValue(entry.JobId, out var sent) && sent <= grace))
                    continue;
                stopsSent[entry.JobId] = grace;
                outgoing.Writer.TryWrite(new StopJob { JobId = entry.JobId, ServerId = serverId, GraceSeconds = double.IsPositiveInfinity(grace) ? null : grace });
            }
            return neverSent;
        }
    }
}
