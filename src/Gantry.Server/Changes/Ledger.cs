using Gantry.Server.Hosting;
using Gantry.Storage;

namespace Gantry.Server.Changes;

/// <summary>The one way to change rows: commits, then wakes whoever the change concerns. Nobody is woken by a change that was rolled back.</summary>
internal sealed class Ledger(GantryStore store, ChangeFeed feed, IdleMemory idle, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <inheritdoc cref="GantryStore.AccessVersion"/>
    public long AccessVersion => store.AccessVersion;

    public T Read<T>(Func<GantryDb, T> query)
    {
        idle.Touch();
        return store.Read(query);
    }

    public async Task<T> CommitAsync<T>(Func<GantryDb, ChangeSet, T> change, CancellationToken cancellationToken = default)
    {
        idle.Touch();
        var (result, changes) = await store.WriteAsync(
            db =>
            {
                var changes = new ChangeSet();
                return (change(db, changes), changes);
            },
            cancellationToken);
        feed.Publish(changes);
        return result;
    }

    public Task CommitAsync(Action<GantryDb, ChangeSet> change, CancellationToken cancellationToken = default) =>
        CommitAsync(
            (db, changes) =>
            {
                change(db, changes);
                return true;
            },
            cancellationToken);
}
