namespace Gantry.Bench;

/// <summary>Measured values.</summary>
internal sealed class Sample
{
    private readonly double[] sorted;

    /// <summary>Of at least one value.</summary>
    public Sample(IEnumerable<double> values)
    {
        sorted = [.. values.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("Nothing was measured.", nameof(values));
    }

    public int Count => sorted.Length;
    public double Min => sorted[0];
    public double Max => sorted[^1];
    public double Median => sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;

    /// <summary>The value that this share of the values does not exceed (nearest rank), 0 to 1.</summary>
    public double Percentile(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
