using System.Collections.Concurrent;
using System.Net.WebSockets;
using Gantry.Agent.Jobs;
using Gantry.Agent.Leases;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Link;

/// <summary>
/// One server's connection: hello, hello back, everything that the spool knows; then what the server wants comes in, and what jobs
/// do and write goes out.
/// </summary>
internal sealed class AgentConnection : IJobListener, IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly AgentFloor _floor;
    private readonly ControlQueue _control;
    private readonly LogRing _logs = new();
    private readonly LinkStreams _streams;
    private readonly ConnectionSender _sender;
    // Jobs whose whole log was sent here, or isn't wanted here: their end may be told.
    private readonly ConcurrentDictionary<Guid, bool> _endMayBeTold = new();
    private readonly Lock _receiving = new();
    private volatile bool _wasToldWhatIsWanted;
    private TimeSpan _askEvery = new LeaseTerms(LeaseTerms.Shortest).AskEvery;
    private bool _isReplaced;
    private bool _keepsLeases;
    private volatile HostFacts? _hostTold;

    public AgentConnection(WebSocket socket, AgentFloor floor)
    {
        (_socket, _floor) = (socket, floor);
        _control = new ControlQueue(Tellable);
        _streams = new LinkStreams(isServer: false, () => _sender!.Wake(), (order, stream) => _ = Task.Run(() => floor.Streams.ServeAsync(ServerId, order, stream)));
        _sender = new ConnectionSender(socket, _control, _streams, _logs, floor.Time, LogComplete);
    }

    /// <summary>The server; empty before its hello.</summary>
    public Guid ServerId { get; private set; }

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="greeted">Called once the server's id is known.</param>
    /// <param name="ended">Ends the connection.</param>
    public async Task RunAsync(Action<AgentConnection> greeted, CancellationToken ended)
    {
        var reader = new MessageReader(_socket, _streams.Receive);
        if (await reader.ReadAsync(ended) is not ServerHello { Protocol: >= 1 } hello)
        {
            _floor.Log.Error("a connection did not begin with a server's hello");
            return;
        }
        ServerId = hello.ServerId;
        greeted(this);
        _floor.Log.Info($"server {ServerId} connected (build {hello.Build})");
        _keepsLeases = hello.Features.Contains(LinkProtocol.LeasesFeature);
        if (hello.Features.Contains(LinkProtocol.StreamsFeature))
            _floor.Servers.Add(ServerId, _streams);
        await GreetAsync(ended);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var sending = _sender.RunAsync(both.Token);
        var receiving = ReceiveAsync(reader, both.Token);
        var asking = AskAsync(both.Token);
        await Task.WhenAny(sending, receiving);
        await both.CancelAsync();
        _socket.Abort();
        await Task.WhenAll(sending, receiving, asking.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
    }

    /// <summary>Ends it at once: the same server has connected anew.</summary>
    public void Abort()
    {
        // What comes on it from now on is of before: a job that it orders may run elsewhere long since.
        lock (_receiving)
            _isReplaced = true;
        _socket.Abort();
    }

    /// <summary>Tells what the host has, if that is not what was told before.</summary>
    public void TellHost(HostFacts now)
    {
        if (_hostTold is not { } told || told == now)
            return;
        _hostTold = now;
        Send(new HostChanged { Host = now });
    }

    /// <summary>Sends what does not concern one job: samples, what the host has.</summary>
    public void Send(LinkMessage message)
    {
        _control.Add(message);
        _sender.Wake();
    }

    /// <inheritdoc/>
    public void JobChanged(JobKeeper job)
    {
        if (job.HasEnded && _logs.Grew(job.JobId))
        {
            // Its end is told behind the rest of its log.
            _sender.Wake();
            return;
        }
        _control.AddChanged(job.JobId);
        _sender.Wake();
    }

    /// <inheritdoc/>
    public void LogGrew(JobKeeper job)
    {
        if (_logs.Grew(job.JobId))
            _sender.Wake();
    }

    private async Task GreetAsync(CancellationToken ended)
    {
        var host = _hostTold = await _floor.Host.LookAsync(ended);
        _control.Add(new AgentHello
        {
            Protocol = LinkProtocol.Version,
            AgentId = _floor.Spool.Identity.AgentId,
            Build = Build.Id,
            BootId = _floor.BootId,
            Host = host,
            Features = [LinkProtocol.StreamsFeature, LinkProtocol.FilesFeature, LinkProtocol.LeasesFeature],
            LeaseAsked = _keepsLeases ? LeaseKeeper.Asking : null,
        });
        // Listening first: what changes while the list is made is told again behind it.
        _floor.Jobs.Add(this);
        _control.Add(new ObservedJobs { Full = true, Jobs = [.. _floor.Jobs.All.Select(View)] });
        _sender.Wake();
    }

    // One small message for all jobs of the server, as long as the link lives.
    private async Task AskAsync(CancellationToken ended)
    {
        while (_keepsLeases)
        {
            await Task.Delay(_askEvery, _floor.Time, ended);
            Send(new AskLease { Asked = LeaseKeeper.Asking });
        }
    }

    private async Task ReceiveAsync(MessageReader reader, CancellationToken ended)
    {
        while (await reader.ReadAsync(ended) is { } message)
        {
            lock (_receiving)
            {
                if (_isReplaced)
                    return;
                Receive(message);
            }
        }
    }

    private void Receive(LinkMessage message)
    {
        switch (message)
        {
            case WantJobs want:
                Want(want);
                break;
            case StopJob stop when stop.ServerId == ServerId:
                OnOwn(stop.JobId, job => job.Stop(stop.GraceSeconds), "stop");
                break;
            case ForgetJob forget when forget.ServerId == ServerId:
                if (_floor.Jobs.Find(forget.JobId) is { } known && IsOwn(known))
                    known.Forget();
                break;
            case LogCredit credit:
                Credit(credit);
                break;
            case GrantLease grant:
                if (_floor.Leases.Take(ServerId, grant) is { } terms)
                    _askEvery = terms.AskEvery;
                break;
            default:
                _streams.Receive(message);
                break;
        }
    }

    private void Want(WantJobs want)
    {
        foreach (var wanted in want.Jobs)
        {
            if (_floor.Jobs.Want(wanted, ServerId) is not { } job)
            {
                TellUnknown(wanted.JobId);
                continue;
            }
            _endMayBeTold.TryRemove(job.JobId, out _);
            _logs.Add(job, wanted.LogOffset);
        }
        if (!_wasToldWhatIsWanted)
        {
            _wasToldWhatIsWanted = true;
            TellUnwantedEnds();
        }
        _sender.Wake();
    }

    // Of jobs that the server does not ask for no log is sent, so nothing holds the news of their end back.
    private void TellUnwantedEnds()
    {
        foreach (var job in _floor.Jobs.All)
        {
            if (job.HasEnded && job.ServerId == ServerId && !_logs.Contains(job.JobId))
                _control.AddChanged(job.JobId);
        }
    }

    private void OnOwn(Guid jobId, Action<JobKeeper> act, string what)
    {
        if (_floor.Jobs.Find(jobId) is not { } job)
            TellUnknown(jobId);
        else if (IsOwn(job))
            act(job);
        else
            _floor.Log.Error($"server {ServerId} may not {what} job {jobId}: it belongs to server {job.ServerId}");
    }

    // An order that can not be read names no owner: whoever knows the job's id may clear it up.
    private bool IsOwn(JobKeeper job) => job.ServerId == ServerId || job.ServerId == Guid.Empty;

    private void TellUnknown(Guid jobId)
    {
        _control.Add(new ObservedJobs
        {
            Jobs =
            [
                new ObservedJob
                {
                    JobId = jobId, ServerId = ServerId, ProjectName = "", RunName = "", JobName = "", State = ObservedState.Lost,
                    Error = "The host's agent does not know this job: its spool was removed or replaced.",
                },
            ],
        });
        _sender.Wake();
    }

    private void Credit(LogCredit credit)
    {
        if (credit.JobId is { } jobId && _floor.Jobs.Find(jobId) is { } job && job.ServerId == ServerId)
            job.Log.Drop(credit.StoredOffset);
        _sender.AddCredit(credit.Bytes);
    }

    private void LogComplete(Guid jobId)
    {
        _endMayBeTold[jobId] = true;
        _control.AddChanged(jobId);
    }

    private ObservedJob? Tellable(Guid jobId) =>
        _floor.Jobs.Find(jobId)?.Observed is { } observed && MayTell(observed) ? Known(observed) : null;

    // A server that knows nothing of leases would not understand the word.
    private ObservedJob Known(ObservedJob observed) =>
        observed.State == ObservedState.LeaseEnded && !_keepsLeases ? observed with { State = ObservedState.Lost } : observed;

    // A server takes the news of an end to mean that it has the log. So before the log was sent, a job that has ended still "runs".
    private ObservedJob View(JobKeeper job)
    {
        var observed = job.Observed;
        return MayTell(observed)
            ? Known(observed)
            : observed with { State = ObservedState.Running, FinishedAt = null, ExitStatus = null, Signal = null, Error = null };
    }

    // Asked of what was observed, never of the job again: it may have ended in between, with a log.
    private bool MayTell(ObservedJob observed) =>
        observed.State is ObservedState.Accepted or ObservedState.Pulling or ObservedState.Running || observed.ServerId != ServerId || _endMayBeTold.ContainsKey(observed.JobId)
        || (!_logs.Contains(observed.JobId) && (_wasToldWhatIsWanted || observed.LogBytes == 0));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _floor.Jobs.Remove(this);
        _floor.Servers.Remove(ServerId, _streams);
        _streams.End("The link between the server and the host's agent was lost.");
        _logs.Dispose();
        _sender.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
