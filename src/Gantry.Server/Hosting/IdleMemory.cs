using System.Runtime.InteropServices;
using Gantry.Storage;

namespace Gantry.Server.Hosting;

/// <summary>
/// Gives memory back to the machine when a burst is over. .NET collects when something is allocated, so that a server to which nothing
/// happens any more would keep the heap of its busiest minute for as long as it lives; and it shares its machine with jobs.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    /// <summary>How long nothing must have happened.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>What must have been allocated since the last time, in bytes: less is not worth the collection.</summary>
    private const long Worthwhile = 8 << 20;

    private readonly GantryStore store;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private long lastUse;
    private long allocatedBefore;
    private int isArmed;

    public IdleMemory(GantryStore store, TimeProvider time)
    {
        (this.store, this.time) = (store, time);
        timer = time.CreateTimer(_ => _ = LookAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something happens. Cheap: the timer is set only by the first call after a time of quiet.</summary>
    public void Touch()
    {
        Volatile.Write(ref lastUse, time.GetTimestamp());
        if (Interlocked.Exchange(ref isArmed, 1) == 0)
            timer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => timer.Dispose();

    private async Task LookAsync()
    {
        var left = Quiet - time.GetElapsedTime(Volatile.Read(ref lastUse));
        if (left > TimeSpan.Zero)
        {
            timer.Change(left, Timeout.InfiniteTimeSpan);
            return;
        }
        Volatile.Write(ref isArmed, 0);
        if (GC.GetTotalAllocatedBytes() - allocatedBefore < Worthwhile)
            return;
        await store.ReleaseMemoryAsync();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNativeHeap();
        allocatedBefore = GC.GetTotalAllocatedBytes();
    }

    // What SQLite and the compiler freed: glibc keeps it, up to some MB for each thread that allocated much.
    private static void TrimNativeHeap()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: musl and macOS give back by themselves.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint keep);
}
