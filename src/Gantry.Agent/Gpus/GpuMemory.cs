namespace Gantry.Agent.Gpus;

/// <summary>
/// Drivers tell what is left of a card's memory when they and its error correction have taken their part: 81559 MiB of an H100 of 80GB, 23034 of
/// an L4 of 24GB. Whoever writes <c>gpu: 80GB</c> means what the card is sold as.
/// </summary>
internal static class GpuMemory
{
    // Error correction in the memory itself takes a sixteenth, a driver a little more.
    private const double LeastShare = 0.92;

    private static readonly int[] Sold =
        [1, 2, 3, 4, 6, 8, 10, 11, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 94, 96, 128, 141, 144, 180, 192, 256, 288];

    /// <summary>The size that it is sold as, in MiB; what was told where none fits.</summary>
    public static long AsSold(long toldMib)
    {
        foreach (var size in Sold)
        {
            var mib = size * 1024L;
            if (toldMib <= mib)
                return toldMib >= mib * LeastShare ? mib : toldMib;
        }
        return toldMib;
    }
}
