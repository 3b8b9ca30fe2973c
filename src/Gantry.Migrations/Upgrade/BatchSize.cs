namespace Gantry.Migrations.Upgrade;

/// <summary>How many rows the next batch takes: as many as hold their locks for well under the limit, and never more than the author allows.</summary>
/// <param name="largest">The author's batch size.</param>
/// <param name="longest">How long a batch may hold its locks.</param>
internal sealed class BatchSize(int largest, TimeSpan longest)
{
    // Nothing is known of the first batch: a small one costs little.
    private const int First = 200;

    // What a busy moment of the machine may add must still fit.
    private const double Share = 0.25;

    /// <summary>Rows of the next batch.</summary>
    public int Rows { get; private set; } = Math.Min(largest, First);

    /// <summary>Learns from a batch.</summary>
    /// <param name="rows">It went through.</param>
    /// <param name="held">For how long it held its locks.</param>
    public void Learn(int rows, TimeSpan held)
    {
        var factor = Math.Clamp(longest * Share / TimeSpan.FromTicks(Math.Max(held.Ticks, 1)), 0.2, 2);
        // The last batch of a table may be small: it says nothing of larger ones.
        if (factor > 1 && rows < Rows)
            return;
        Rows = Math.Clamp((int)(Rows * factor), 1, largest);
    }
}
