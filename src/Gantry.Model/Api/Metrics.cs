namespace Gantry.Model.Api;

/// <summary>Reply of <c>metrics/job/RUN</c>.</summary>
public sealed record JobMetrics(IReadOnlyList<Metric> Metrics);

/// <summary>One series, newest first.</summary>
/// <param name="Name"><c>cpu_usage_percent</c>, <c>memory_usage_bytes</c>, <c>gpu_util_percent_gpu0</c>, …</param>
/// <param name="Timestamps">When.</param>
/// <param name="Values">What, in the same order.</param>
public sealed record Metric(string Name, IReadOnlyList<DateTimeOffset> Timestamps, IReadOnlyList<double> Values);
