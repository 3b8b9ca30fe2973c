namespace Gantry.Engine.Runs;

/// <summary>
/// Which submissions of a run are kept: the first, by which one sees how it began, and the latest ones. A crash loop makes one every ten minutes, for as long as its
/// policy lets it, and a schedule one each time.
/// </summary>
public static class OldSubmissions
{
    /// <summary>So many of the latest are kept. More than a backoff looks at.</summary>
    public const int Kept = 20;

    /// <summary>A submission may be needed by its host for so long after its end: the rest of its log, its agent's last word.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    /// <summary>Whether a submission may go.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="latest">The number of the run's latest.</param>
    /// <param name="finishedAt">When it ended; null while it did not.</param>
    /// <param name="now">Now.</param>
    public static bool MayGo(int number, int latest, DateTimeOffset? finishedAt, DateTimeOffset now) =>
        number > 0 && number <= latest - Kept && finishedAt is { } finished && finished <= now - KeptFor;
}
