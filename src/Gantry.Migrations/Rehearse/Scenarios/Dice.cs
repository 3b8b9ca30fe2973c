using System.Text;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>
/// Chance from a seed (SplitMix64). Our own, so that a seed names the same scenario on every machine and every version of .NET.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed of its own for a part of the work: what one part draws does not shift what another gets.</summary>
    public static ulong Seed(ulong seed, string part)
    {
        foreach (var one in Encoding.UTF8.GetBytes(part))
            seed = Mix((seed ^ one) + 0x9E3779B97F4A7C15);
        return seed;
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Next(int below) => (int)(Draw() % (ulong)below);

    /// <summary>True in so many percent of all cases.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public ulong Draw()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
