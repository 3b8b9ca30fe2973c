using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>Waiting for a condition of other processes, with an end.</summary>
public static class Deadline
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(15);

    /// <summary>How long anything may take here, on a machine that is busy with other tests. Nothing should ever come near it.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time; says what was waited for and what was seen last.</exception>
    public static Task Until(string what, Func<bool> condition, TimeSpan? limit = null) =>
        Until(what, () => Task.FromResult(condition() ? (object)true : null), limit);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static Task Until(string what, Func<Task<bool>> condition, TimeSpan? limit = null) =>
        Until(what, async () => await condition() ? (object)true : null, limit);

    /// <summary>Waits until there is a value.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="read">Gives the value, or null as long as there is none.</param>
    /// <param name="limit">How long at most; <see cref="Usual"/> by default.</param>
    /// <param name="seen">Says what there is instead, for the message.</param>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public static async Task<T> Until<T>(string what, Func<Task<T?>> read, TimeSpan? limit = null, Func<string>? seen = null) where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await read() is { } value)
                return value;
            if (watch.Elapsed > (limit ?? Usual))
                throw new TimeoutException($"After {watch.Elapsed.TotalSeconds:0.0} s there is still not: {what}. {seen?.Invoke()}");
            await Task.Delay(Interval);
        }
    }
}
