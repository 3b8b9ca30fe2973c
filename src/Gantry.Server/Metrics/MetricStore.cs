using Gantry.Model.Link;
using Gantry.Server.Hosting;

namespace Gantry.Server.Metrics;

// Files, and not a table: a point each five seconds of every job would be most of what the database's one writer has to do, for numbers that nobody
// misses when the last of them is lost. A file is appended to and never synced.

/// <summary>The last hour of what each job used.</summary>
internal sealed partial class MetricStore(ServerHome home, TimeProvider time, ILogger<MetricStore> logger)
{
    /// <summary>How far back a job's points go.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>How long those of a job that has ended stay.</summary>
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(7);

    private const long MostBytes = 256 << 10;

    private readonly Lock gate = new();
    private readonly string directory = home.MetricsDirectory;
    private long? sweptAt;

    /// <summary>Adds a point each. What can not be written is left out: a job goes on without its numbers.</summary>
    public void Add(DateTimeOffset at, IEnumerable<JobSample> samples)
    {
        lock (gate)
        {
            try
            {
                Directory.CreateDirectory(directory);
                foreach (var sample in samples)
                    Add(new MetricPoint(at, sample.CpuMicros, sample.MemoryBytes, sample.Gpus), PathOf(sample.JobId));
                Sweep();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(logger, exception);
            }
        }
    }

    /// <summary>The points of a job, oldest first.</summary>
    public IReadOnlyList<MetricPoint> Read(Guid jobId)
    {
        lock (gate)
            return File.Exists(PathOf(jobId)) ? Points(PathOf(jobId)) : [];
    }

    /// <summary>Removes a job's points.</summary>
    public void Delete(Guid jobId)
    {
        lock (gate)
        {
            if (Directory.Exists(directory))
                File.Delete(PathOf(jobId));
        }
    }

    private static void Add(MetricPoint point, string path)
    {
        File.AppendAllText(path, point.Line());
        if (new FileInfo(path).Length <= MostBytes)
            return;
        var kept = Points(path).Where(old => old.At > point.At - Kept);
        File.WriteAllText(path + ".new", string.Concat(kept.Select(old => old.Line())));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static List<MetricPoint> Points(string path) => [.. File.ReadLines(path).Select(MetricPoint.Parse).OfType<MetricPoint>()];

    // Runs are deleted with their points; those that nobody deletes would pile up.
    private void Sweep()
    {
        if (sweptAt is { } at && time.GetElapsedTime(at) < Kept)
            return;
        sweptAt = time.GetTimestamp();
        var oldest = time.GetUtcNow().UtcDateTime - KeptAfterEnd;
        foreach (var path in Directory.EnumerateFiles(directory).Where(path => File.GetLastWriteTimeUtc(path) < oldest))
            File.Delete(path);
    }

    private string PathOf(Guid jobId) => Path.Combine(directory, jobId.ToString());

    [LoggerMessage(Level = LogLevel.Warning, Message = "What jobs use could not be written down; the jobs go on.")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
