using System.Diagnostics;

namespace Gantry.Bench.Backfill;

/// <summary>Somebody who writes a little all the time beside an upgrade. Its longest wait is the longest lock that was felt.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task<TimeSpan> work;

    public Bystander(BackfillEngine engine, string address) => work = Task.Run(() => WriteAsync(engine, address));

    /// <summary>Stops, and tells the longest wait.</summary>
    public async Task<TimeSpan> LongestAsync()
    {
        await stop.CancelAsync();
        return await work;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }

    private async Task<TimeSpan> WriteAsync(BackfillEngine engine, string address)
    {
        await using var connection = engine.Connect(address);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = engine.SmallWrite;
        // The first one prepares; it waits for nobody yet.
        await command.ExecuteNonQueryAsync();
        var longest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var since = Stopwatch.GetTimestamp();
            await command.ExecuteNonQueryAsync();
            var took = Stopwatch.GetElapsedTime(since);
            longest = took > longest ? took : longest;
            await Task.Delay(5);
        }
        return longest;
    }
}
