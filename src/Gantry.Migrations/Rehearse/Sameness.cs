using Gantry.Migrations.Rehearse.Compare;

namespace Gantry.Migrations.Rehearse;

/// <summary>Whether two results on one engine are the same but for numbers that the database gives and values that chance or a clock gives.</summary>
internal sealed class Sameness(bool isVolatile, HashSet<ColumnName> known, TimeProvider time)
{
    /// <summary>What differs.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="forward">The one run.</param>
    /// <param name="other">The other's result.</param>
    /// <param name="asSets">Whether equal rows count once; then <paramref name="other"/> has its numbers replaced already.</param>
    /// <param name="again">Runs the first once more on the same rows.</param>
    public async Task<List<Difference>> FindAsync(TrialEngine engine, Forward forward, Contents other, bool asSets, Func<Task<Contents?>> again)
    {
        List<Difference> Find() => new ContentsDifference(engine.Keys, known) { AsSets = asSets }.Find(
            SurrogateKeys.Replace(forward.After, forward.Before, engine.After), asSets ? other : SurrogateKeys.Replace(other, forward.Before, engine.After));
        var differences = Find();
        if (differences.Count == 0 || !isVolatile)
            return differences;
        await LearnAsync(forward, again);
        return Find();
    }

    /// <summary>Finds the columns that no two runs fill alike.</summary>
    public async Task LearnAsync(Forward forward, Func<Task<Contents?>> again)
    {
        if (await again() is { } second)
            known.UnionWith(VolatileColumns.Find(forward.Before, forward.After, second, time.GetUtcNow()));
    }
}
