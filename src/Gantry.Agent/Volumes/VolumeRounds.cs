using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Gantry.Agent.Jobs;
using Gantry.Agent.Link;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Volumes;

/// <summary>
/// Keeps the volumes of the servers that are connected: makes and deletes what they want, looks now and then whether all is still there, and measures it
/// when a job that had it has ended. Remembers nothing beyond a connection: on each, a server says again what it wants.
/// </summary>
internal sealed class VolumeRounds(AgentSpool spool, JobTable jobs, TimeProvider time, AgentLog log) : IJobListener
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MeasurePause = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(Guid Server, Guid Volume), Entry> _wanted = new();
    private readonly Channel<Entry> _due = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });

    private sealed class Entry(Guid server, AgentConnection connection, WantedVolume volume)
    {
        public Guid Server => server;
        public AgentConnection Connection => connection;
        public WantedVolume Volume { get; set; } = volume;
        public ObservedVolume? Told { get; set; }
        public long? MeasuredAt { get; set; }
        public bool IsOver { get; set; }
    }

    /// <summary>A server wants this, and hears of it on this connection.</summary>
    public void Want(AgentConnection connection, WantVolumes want)
    {
        foreach (var volume in want.Volumes)
        {
            var entry = new Entry(connection.ServerId, connection, volume);
            _wanted[(connection.ServerId, volume.VolumeId)] = entry;
            _due.Writer.TryWrite(entry);
        }
    }

    /// <summary>A connection is over.</summary>
    public void Leave(AgentConnection connection)
    {
        foreach (var (key, entry) in _wanted)
        {
            if (entry.Connection == connection)
                _wanted.TryRemove(new KeyValuePair<(Guid, Guid), Entry>(key, entry));
        }
    }

    /// <inheritdoc/>
    public void JobChanged(JobKeeper job)
    {
        if (_wanted.IsEmpty || !job.HasEnded)
            return;
        foreach (var id in VolumesOf(job))
        {
            if (_wanted.TryGetValue((job.ServerId, id), out var entry))
            {
                entry.MeasuredAt = null;
                _due.Writer.TryWrite(entry);
            }
        }
    }

    /// <inheritdoc/>
    public void LogGrew(JobKeeper job)
    {
        // Says nothing about volumes.
    }

    /// <summary>Goes on until the agent ends.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        jobs.Add(this);
        await Task.WhenAll(SweepAsync(ended), WorkAsync(ended));
    }

    private async Task SweepAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(ended))
        {
            foreach (var entry in _wanted.Values)
                _due.Writer.TryWrite(entry);
        }
    }

    private async Task WorkAsync(CancellationToken ended)
    {
        await foreach (var entry in _due.Reader.ReadAllAsync(ended))
        {
            try
            {
                if (!entry.IsOver && _wanted.TryGetValue((entry.Server, entry.Volume.VolumeId), out var present) && present == entry)
                    await LookAsync(entry, ended);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // One volume's trouble, of whatever kind, stays its own; the sweep looks again.
                log.Error($"volume {entry.Volume.VolumeId}: {exception}");
            }
        }
    }

    private async Task LookAsync(Entry entry, CancellationToken ended)
    {
        var volume = entry.Volume;
        var error = volume.Delete ? Delete(entry) : VolumeDirectory.Ensure(volume, entry.Server);
        var now = new ObservedVolume
        {
            VolumeId = volume.VolumeId,
            State = error is not null ? VolumeCondition.Failed : volume.Delete ? VolumeCondition.Deleted : VolumeCondition.Ready,
            Error = error,
        };
        if (now != entry.Told)
            Tell(entry, entry.Told = now);
        // From here on, one that is gone was lost.
        if (now.State == VolumeCondition.Ready)
            entry.Volume = volume with { MayCreate = false };
        entry.IsOver = now.State == VolumeCondition.Deleted;
        if (now.State == VolumeCondition.Ready && (entry.MeasuredAt is not { } at || time.GetElapsedTime(at) >= MeasurePause))
        {
            entry.MeasuredAt = time.GetTimestamp();
            // What was there before may be all of a cluster's data: its files are not counted.
            var used = volume.External ? null : await VolumeSize.UsedAsync(volume.Directory, time, ended);
            Tell(entry, now with { UsedBytes = used, FreeBytes = VolumeSize.Free(volume.Directory) });
        }
    }

    // The server deletes only what no job has. A job that it gave up while this host was away may still run here.
    private string? Delete(Entry entry)
    {
        if (jobs.All.FirstOrDefault(job => !job.HasEnded && VolumesOf(job).Contains(entry.Volume.VolumeId)) is { } holder)
            return $"Job {holder.Observed.JobName} of run {holder.Observed.RunName} still runs there and has it. It is deleted when that has ended.";
        var error = VolumeDirectory.Delete(entry.Volume, entry.Server);
        log.Info(error is null ? $"volume {entry.Volume.VolumeId} deleted ({entry.Volume.Directory})" : $"volume {entry.Volume.VolumeId} not deleted: {error}");
        return error;
    }

    private static void Tell(Entry entry, ObservedVolume observed) => entry.Connection.Send(new ObservedVolumes { Volumes = [observed] });

    private IEnumerable<Guid> VolumesOf(JobKeeper job)
    {
        try
        {
            return [.. spool.Job(job.JobId).ReadOrder()?.Volumes.Select(volume => volume.Volume.VolumeId) ?? []];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return [];
        }
    }
}
