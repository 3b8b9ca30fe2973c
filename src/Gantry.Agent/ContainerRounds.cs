using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Host;
using Gantry.Agent.Jobs;
using Gantry.Agent.Link;
using Gantry.Agent.Metrics;
using Gantry.Model.Link;

namespace Gantry.Agent;

/// <summary>What is done about Docker every few seconds: whether it is there is told to servers, what containers use is measured, what nobody needs any more is removed.</summary>
internal sealed class ContainerRounds(DockerExecutor executor, HostWatch host, JobTable jobs, AgentListener listener, GpuSampler gpus, TimeProvider time, AgentLog log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TidyPause = TimeSpan.FromMinutes(5);

    private long? _tidiedAt;

    /// <summary>Goes on until the agent ends.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await RoundAsync(ended);
            }
            catch (Exception exception) when (exception is DockerException or DockerGoneException)
            {
                log.Info($"a round about containers was not finished: {exception.Message}");
            }
        }
        while (await timer.WaitForNextTickAsync(ended));
    }

    private async Task RoundAsync(CancellationToken ended)
    {
        var facts = await host.LookAsync(ended);
        foreach (var connection in listener.Connections)
            connection.TellHost(facts);
        if (executor.Docker is not { } docker || facts.DockerVersion is null)
        {
            // What can not be removed while it is away can be when it is back.
            _tidiedAt = null;
            return;
        }
        if (_tidiedAt is not { } at || time.GetElapsedTime(at) >= TidyPause)
        {
            await DockerLeftovers.SweepAsync(docker, job => jobs.Find(job) is not null, ended);
            _tidiedAt = time.GetTimestamp();
        }
        if (!listener.IsAlone && await ContainerSampler.SampleAsync(executor, ended) is { Count: > 0 } samples)
        {
            var whole = new JobSamples { At = time.GetUtcNow(), Samples = gpus.Add(samples) };
            foreach (var connection in listener.Connections)
                connection.Send(whole);
        }
    }
}
