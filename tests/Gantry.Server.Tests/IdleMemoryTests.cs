using Gantry.Server.Hosting;
using Gantry.Storage;

namespace Gantry.Server.Tests;

public sealed class IdleMemoryTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-s-").FullName;
    private readonly TimeByHand time = new();
    private GantryStore store = null!;
    private IdleMemory idle = null!;

    public async ValueTask InitializeAsync()
    {
        store = await GantryStore.OpenAsync(Path.Combine(folder, "gantry.db"), TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken);
        idle = new IdleMemory(store, time);
    }

    public async ValueTask DisposeAsync()
    {
        idle.Dispose();
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Touch_AgainAndAgain_SetsTheTimerOnce()
    {
        idle.Touch();
        time.Now += TimeSpan.FromSeconds(1);
        idle.Touch();

        Assert.Equal([TimeSpan.FromSeconds(3)], time.Waits);
    }

    [Fact]
    public void Timer_UsedMeanwhile_WaitsForTheRest()
    {
        idle.Touch();
        time.Now += TimeSpan.FromSeconds(2);
        idle.Touch();
        time.Now += TimeSpan.FromSeconds(1);

        time.Ring();

        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)], time.Waits);
    }

    [Fact(Timeout = 30_000)]
    public async Task Timer_AfterABurstAndQuiet_FreesWhatItLeft()
    {
        var left = Garbage();
        idle.Touch();
        time.Now += TimeSpan.FromSeconds(3);

        time.Ring();

        while (left.IsAlive)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        idle.Touch();
        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)], time.Waits);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Garbage()
    {
        var burst = new byte[16 << 20];
        // Old enough that only a full collection finds it.
        GC.Collect();
        GC.Collect();
        GC.KeepAlive(burst);
        return new WeakReference(burst);
    }

    /// <summary>A clock that stands still, and one timer that rings when the test says so.</summary>
    private sealed class TimeByHand : TimeProvider, ITimer
    {
        private TimerCallback? callback;

        public TimeSpan Now { get; set; }

        public List<TimeSpan> Waits { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            this.callback = callback;
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return true;
        }

        public void Ring() => callback!(null);

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
