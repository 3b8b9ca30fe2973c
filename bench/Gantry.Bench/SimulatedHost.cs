using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Bench;

/// <summary>
/// The agent's end of a link, on any stream, without jobs behind it: it says of every job at once that it runs; and then either that it exited with 0, or, every five
/// seconds as a real agent does, what it uses, until it is told to stop it.
/// </summary>
internal sealed class SimulatedHost(Stream stream, Guid agentId, HostFacts facts, bool endsJobs) : IDisposable
{
    private static readonly TimeSpan SamplePause = TimeSpan.FromSeconds(5);

    private readonly WebSocket link = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
    private readonly SemaphoreSlim sending = new(1);
    private readonly Dictionary<Guid, JobOrder> running = [];
    private byte[] buffer = new byte[4096];

    /// <summary>Jobs that it says to run.</summary>
    public int Running
    {
        get
        {
            lock (running)
                return running.Count;
        }
    }

    /// <summary>Until the server ends the link.</summary>
    public async Task ServeAsync(CancellationToken ending)
    {
        if (await ReceiveAsync(ending) is not ServerHello hello)
            throw new InvalidDataException("The server did not begin with its hello.");
        await SendAsync(new AgentHello { Protocol = LinkProtocol.Version, AgentId = agentId, Build = hello.Build, BootId = "simulated", Host = facts, Features = [LinkProtocol.StreamsFeature, LinkProtocol.FilesFeature] }, ending);
        await SendAsync(new ObservedJobs { Full = true, Jobs = [] }, ending);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var sampling = endsJobs ? Task.CompletedTask : SampleAsync(ended.Token);
        while (await ReceiveAsync(ending) is { } message)
        {
            if (message is WantJobs want)
                await StartAsync([.. want.Jobs.Where(job => job.Order is not null).Select(job => job.Order!)], ending);
            else if (message is StopJob stop)
                await StopAsync(stop.JobId, ending);
        }
        await ended.CancelAsync();
        await sampling.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Dispose()
    {
        link.Dispose();
        sending.Dispose();
    }

    private async Task StartAsync(List<JobOrder> orders, CancellationToken ending)
    {
        if (orders.Count == 0)
            return;
        if (!endsJobs)
            lock (running)
                foreach (var order in orders)
                    running[order.JobId] = order;
        await SendAsync(new ObservedJobs { Jobs = [.. orders.Select(order => Observe(order, ObservedState.Running))] }, ending);
        if (endsJobs)
            await SendAsync(new ObservedJobs { Jobs = [.. orders.Select(order => Observe(order, ObservedState.Exited))] }, ending);
    }

    private async Task StopAsync(Guid jobId, CancellationToken ending)
    {
        JobOrder? order;
        lock (running)
            running.Remove(jobId, out order);
        if (order is not null)
            await SendAsync(new ObservedJobs { Jobs = [Observe(order, ObservedState.Exited)] }, ending);
    }

    private async Task SampleAsync(CancellationToken ended)
    {
        // Agents were not all started at the same moment.
        await Task.Delay(SamplePause * Random.Shared.NextDouble(), ended);
        using var timer = new PeriodicTimer(SamplePause);
        for (var used = 0L; await timer.WaitForNextTickAsync(ended); used += 50_000)
        {
            List<JobSample> samples;
            lock (running)
                samples = [.. running.Keys.Select(id => new JobSample(id, used, 64 << 20))];
            if (samples.Count > 0)
                await SendAsync(new JobSamples { At = DateTimeOffset.UtcNow, Samples = samples }, ended);
        }
    }

    private static ObservedJob Observe(JobOrder order, ObservedState state)
    {
        var now = DateTimeOffset.UtcNow;
        var hasEnded = state == ObservedState.Exited;
        return new ObservedJob
        {
            JobId = order.JobId,
            ServerId = order.ServerId,
            ProjectName = order.ProjectName,
            RunName = order.RunName,
            JobName = order.JobName,
            State = state,
            Pid = 1,
            StartedAt = now,
            FinishedAt = hasEnded ? now : null,
            ExitStatus = hasEnded ? 0 : null,
        };
    }

    private async Task SendAsync(LinkMessage message, CancellationToken ending)
    {
        await sending.WaitAsync(ending);
        try
        {
            await link.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ending);
        }
        finally
        {
            sending.Release();
        }
    }

    // Null when the server closed the link.
    private async Task<LinkMessage?> ReceiveAsync(CancellationToken ending)
    {
        for (var length = 0; ;)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var part = await link.ReceiveAsync(buffer.AsMemory(length), ending);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return JsonSerializer.Deserialize(buffer.AsSpan(0, length), LinkJson.Default.LinkMessage);
        }
    }
}
