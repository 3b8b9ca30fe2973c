using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>
/// What the GPUs are and do, asked of the tools when somebody wants to know and what is known is too old. At most one look at a time: a tool that hangs
/// with its driver can not even be killed, and a second one would hang beside it.
/// </summary>
internal sealed class GpuWatch(GpuProbe probe, TimeProvider time)
{
    /// <summary>How old the facts may be that a server is told.</summary>
    private static readonly TimeSpan FactsAge = TimeSpan.FromSeconds(60);

    /// <summary>How long a greeting waits for the first look.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<GpuReport>? _underway;
    private long _begunAt;
    private GpuReport _last = GpuReport.None;
    private long? _lookedAt;
    private IReadOnlyList<GpuDevice> _devices = [];

    /// <summary>What a server is told.</summary>
    /// <param name="Devices">The devices: the same list as before when nothing changed.</param>
    /// <param name="Problem">Why there may be more, as the rest of a sentence.</param>
    public sealed record Facts(IReadOnlyList<GpuDevice> Devices, string? Problem);

    /// <summary>What the host has.</summary>
    public async Task<Facts> FactsAsync(CancellationToken cancellation)
    {
        var (report, slow) = await ReportAsync(FactsAge, cancellation);
        lock (_gate)
        {
            var devices = report.Readings.Select(reading => reading.Device).ToList();
            if (!devices.SequenceEqual(_devices))
                _devices = devices.Count == 0 ? [] : devices;
            return new Facts(_devices, slow ?? report.Problem);
        }
    }

    /// <summary>What the devices did when they were last looked at. A look begins where that is older than asked for; nobody waits for it.</summary>
    public IReadOnlyList<GpuReading> Latest(TimeSpan age)
    {
        _ = Look(age);
        return _last.Readings;
    }

    private async Task<(GpuReport Report, string? Slow)> ReportAsync(TimeSpan age, CancellationToken cancellation)
    {
        if (Look(age) is not { } look)
            return (_last, null);
        try
        {
            await look.WaitAsync(Patience, time, cancellation);
            return (_last, null);
        }
        catch (TimeoutException)
        {
            return (_last, string.Create(CultureInfo.InvariantCulture, $"its GPU tools have not answered for {time.GetElapsedTime(_begunAt).TotalSeconds:0} s"));
        }
    }

    private Task<GpuReport>? Look(TimeSpan age)
    {
        lock (_gate)
        {
            if (_underway is { } underway)
                return underway;
            if (_lookedAt is { } at && time.GetElapsedTime(at) < age)
                return null;
            // Nothing to run is the usual case, and costs no process.
            if (!probe.HasTools)
            {
                (_last, _lookedAt) = (GpuReport.None, time.GetTimestamp());
                return null;
            }
            _begunAt = time.GetTimestamp();
            return _underway = Task.Run(LookAsync);
        }
    }

    private async Task<GpuReport> LookAsync()
    {
        try
        {
            var report = await probe.LookAsync(CancellationToken.None);
            _last = report;
            return report;
        }
        finally
        {
            lock (_gate)
                (_underway, _lookedAt) = (null, time.GetTimestamp());
        }
    }
}
