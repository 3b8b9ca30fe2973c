namespace Gantry.Simulation;

/// <summary>Everything that is left to chance, from one seed.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random random = new(seed);

    public bool Is(double probability) => random.NextDouble() < probability;

    public int Below(int limit) => random.Next(limit);

    public TimeSpan Between(TimeSpan low, TimeSpan high) => low + ((high - low) * random.NextDouble());

    /// <summary>Mostly short, sometimes long.</summary>
    public TimeSpan Around(TimeSpan mean) => mean * -Math.Log(1 - random.NextDouble());

    public T Of<T>(params T[] choices) => choices[random.Next(choices.Length)];

    public Guid NewId()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
