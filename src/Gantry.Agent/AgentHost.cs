using Gantry.Agent.Content;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Gpus;
using Gantry.Agent.Host;
using Gantry.Agent.Jobs;
using Gantry.Agent.Leases;
using Gantry.Agent.Link;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;
using Gantry.Agent.Streams;

namespace Gantry.Agent;

/// <summary>Puts the agent together and runs it until it is idle, loses its spool or is told to end. Jobs go on in every case.</summary>
internal sealed class AgentHost(AgentSpool spool, AgentOptions options, int jobUmask, TimeProvider time, AgentLog log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    public async Task RunAsync(CancellationToken told)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(told);
        using var watcher = new SpoolWatcher();
        watcher.Start();
        var address = DockerAddress.Find();
        var servers = new ServerLinks();
        var contents = new JobContents(new BlobFetches(new BlobCache(spool.Directory, time), servers, time, log));
        var guard = new GuardProcess(spool, watcher, log);
        guard.EndFormer();
        var leases = new LeaseBook(spool, guard);
        using var docker = new DockerExecutor(address, spool.Identity.AgentId, contents, leases, time, log);
        var processes = new ProcessExecutor(WrapperScript.Install(spool.Directory), HostTools.Find(), jobUmask, contents);
        var executors = new ExecutorSet(processes, docker, contents);
        var jobs = new JobTable(spool, executors, leases, watcher, time, log);
        jobs.Load();
        var leaseKeeper = new LeaseKeeper(jobs, leases, guard, time, log);
        // Before anybody connects: what was due while no agent was there.
        leaseKeeper.TryLook(out _);
        var gpus = new GpuWatch(new GpuProbe(), time);
        var host = new HostWatch(spool.Directory, new DockerProbe(address, docker.Docker), gpus);
        var streams = new StreamTable(jobs, log, new ForwardHandler(spool, executors), new ExecHandler(spool, executors), new AttachHandler(spool, executors));
        using var listener = new AgentListener(new AgentFloor(spool, jobs, ProcessIdentity.CurrentBoot, host, leaseKeeper, streams, servers, time, log));
        listener.Listen();
        watcher.WatchDirectory(spool.Directory, _ => EndIfVanished(ended), Libc.IN_DELETE | Libc.IN_DELETE_SELF | Libc.IN_MOVE_SELF);
        log.Info($"agent {spool.Identity.AgentId} listens (build {Build.Id}, pid {Environment.ProcessId})");
        var accepting = listener.AcceptAsync(ended.Token);
        var samplesOfGpus = new GpuSampler(gpus, spool);
        var containers = new ContainerRounds(docker, host, jobs, listener, samplesOfGpus, time, log).RunAsync(ended.Token);
        var keepingLeases = leaseKeeper.RunAsync(ended.Token);
        try
        {
            await SweepAsync(jobs, listener, samplesOfGpus, ended.Token);
        }
        catch (OperationCanceledException)
        {
            log.Info("agent ends; jobs go on");
        }
        await ended.CancelAsync();
        await Task.WhenAll(accepting, containers, keepingLeases).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // The safety net under the events, the samples, and the end of an idle agent.
    private async Task SweepAsync(JobTable jobs, AgentListener listener, GpuSampler samplesOfGpus, CancellationToken ended)
    {
        var sampler = new JobSampler(time);
        var pause = options.IdleExit / 4 is var quarter && quarter < LongestPause ? quarter : LongestPause;
        using var timer = new PeriodicTimer(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1), time);
        var busyAt = time.GetTimestamp();
        var wasLive = false;
        while (await timer.WaitForNextTickAsync(ended))
        {
            if (spool.HasVanished)
            {
                log.Error("the spool is gone; agent ends");
                return;
            }
            jobs.Sweep();
            if (!listener.IsAlone || jobs.HasLive)
                busyAt = time.GetTimestamp();
            else if (time.GetElapsedTime(busyAt) >= options.IdleExit)
            {
                log.Info("idle: no server and no job; agent ends");
                return;
            }
            // Jobs have come and gone: give the memory back to them.
            if (wasLive && !jobs.HasLive)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            wasLive = jobs.HasLive;
            if (!listener.IsAlone && sampler.Sample(jobs.All) is { } samples)
            {
                var whole = new JobSamples { At = samples.At, Samples = samplesOfGpus.Add(samples.Samples) };
                foreach (var connection in listener.Connections)
                    connection.Send(whole);
            }
        }
    }

    private void EndIfVanished(CancellationTokenSource ended)
    {
        if (!spool.HasVanished)
            return;
        log.Error("the spool is gone; agent ends");
        _ = ended.CancelAsync();
    }
}
