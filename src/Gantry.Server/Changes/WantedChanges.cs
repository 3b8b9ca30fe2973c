namespace Gantry.Server.Changes;

/// <summary>
/// The runs of which something else is wanted of a host since its session last looked. Only which: the session reads from the
/// rows what it is, so that any number of changes of one run are one look.
/// </summary>
internal sealed class WantedChanges
{
    private readonly Signal signal = new();
    private HashSet<Guid> runs = [];

    public void Add(IReadOnlySet<Guid> changed)
    {
        lock (signal)
            runs.UnionWith(changed);
        signal.Set();
    }

    /// <summary>Waits for changes and takes them.</summary>
    public async ValueTask<IReadOnlyCollection<Guid>> TakeAsync(CancellationToken cancellationToken)
    {
        await signal.WaitAsync(cancellationToken);
        lock (signal)
        {
            var taken = runs;
            runs = [];
            return taken;
        }
    }
}
