using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Server.Hosting;

namespace Gantry.Server.Agents;

/// <summary>
/// The sessions with agents. That with the agent of this machine is kept here: when it ends, for whatever reason, the next one begins. Those with
/// the hosts of fleets are kept by whoever knows the hosts.
/// </summary>
internal sealed partial class AgentHub(
    LocalAgent agent, ServerIdentity identity, Ledger ledger, ChangeFeed feed, HostViews hosts, HostLeases leases, Observations observations,
    LogIntake logs, WantedSet wanted, AgentStreams streams, Quarantine quarantine, TimeProvider time, ILogger<AgentHub> logger)
{
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, AgentSession> sessions = new();

    /// <summary>Ends a quarantined job, or drops one that has ended. False when it is not there any more.</summary>
    public bool StopQuarantined(Guid jobId)
    {
        if (quarantine.Find(jobId) is not { } found || !sessions.TryGetValue(found.InstanceId, out var session))
            return false;
        if (found.Job.State.IsEnd())
        {
            session.ForgetUnknown(jobId, found.Job.ServerId);
            quarantine.Remove(jobId);
        }
        else
        {
            quarantine.Decide(jobId);
            session.StopUnknown(jobId, found.Job.ServerId);
        }
        return true;
    }

    /// <summary>Until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetUtcNow();
            try
            {
                await SessionAsync(agent, stoppingToken);
            }
            catch (Exception e) when (e is IOException or WebSocketException or SocketException or InvalidDataException && !stoppingToken.IsCancellationRequested)
            {
                LogLinkEnded(logger, e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogSessionFailed(logger, e);
            }
            // A session that lasted earns a quick return; one that fails at once backs off.
            pause = time.GetUtcNow() - began > LongestPause ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>One session with an agent, to its end. Throws what ended it.</summary>
    public async Task SessionAsync(IAgentRoute route, CancellationToken cancellationToken)
    {
        await using var stream = await route.ConnectAsync(cancellationToken);
        using var link = new LinkSocket(stream);
        var (hello, full) = await GreetAsync(link, route.HoldsLeases, cancellationToken);
        if (BuildInfo.IsStamped && hello.Build != BuildInfo.Build)
        {
            route.Replace(hello.Build);
            return;
        }
        var instance = await ledger.CommitAsync((db, changes) => route.Register(db, changes, hello, ledger.Now), cancellationToken);
        var session = new AgentSession(link, instance, identity.ServerId, ledger, feed, observations, logs, wanted, leases, streams, hello.Features);
        sessions[instance.Id] = session;
        // Before anything is placed there, or sent.
        if (hello.LeaseAsked is { } asked && route.HoldsLeases)
            session.Grant(asked);
        else
            leases.WithoutLease(instance.Id);
        hosts.Connected(instance.Id);
        feed.Queue.Set();
        try
        {
            await session.RunAsync(full, cancellationToken);
        }
        finally
        {
            hosts.Disconnected(instance.Id);
            sessions.TryRemove(new KeyValuePair<Guid, AgentSession>(instance.Id, session));
        }
    }

    private async Task<(AgentHello Hello, ObservedJobs Full)> GreetAsync(LinkSocket link, bool grantsLeases, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(HelloLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            IReadOnlyList<string> features = grantsLeases ? [LinkProtocol.StreamsFeature, LinkProtocol.LeasesFeature] : [LinkProtocol.StreamsFeature];
            await link.SendAsync(new ServerHello { Protocol = LinkProtocol.Version, ServerId = identity.ServerId, Build = BuildInfo.Build, Features = features }, either.Token);
            if (await link.ReceiveAsync(either.Token) is not ({ } first, _, _) || first is not AgentHello hello)
                throw new InvalidDataException("The agent did not answer with a hello.");
            if (hello.Protocol < LinkProtocol.Version)
                throw new InvalidDataException($"The agent speaks version {hello.Protocol} of the link; this server needs {LinkProtocol.Version}.");
            if (await link.ReceiveAsync(either.Token) is not ({ } second, _, _) || second is not ObservedJobs { Full: true } full)
                throw new InvalidDataException("The agent did not report its jobs after its hello.");
            return (hello, full);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new IOException($"The agent did not say hello within {HelloLimit.TotalSeconds:0} s.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The link to the agent ended: {Why} It is set up again.")]
    private static partial void LogLinkEnded(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The session with the agent failed. It begins again.")]
    private static partial void LogSessionFailed(ILogger logger, Exception exception);
}
