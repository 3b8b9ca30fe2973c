using System.Threading.Channels;

namespace Gantry.Server.Changes;

/// <summary>A wake-up call: any number of calls before the wait are one.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => channel.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await channel.Reader.ReadAsync(cancellationToken);

    /// <summary>Waits until it is set, or until the time has come (null: for ever). Says whether it was set.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan? atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (atMost is not { } limit)
        {
            await WaitAsync(cancellationToken);
            return true;
        }
        if (limit <= TimeSpan.Zero)
            return channel.Reader.TryRead(out _);
        // One timer cannot count further than 49 days; whoever waits asks again.
        using var timeout = new CancellationTokenSource(limit < MaxTimer ? limit : MaxTimer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await channel.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(24);
}
