using Gantry.Migrations.Databases;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Sees from a second connection who is in the way of the first: once its statement has stepped back from a lock, the server can no longer tell.
/// Started when something was in the way for the first time. Only PostgreSQL can tell.
/// </summary>
internal sealed class BlockerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private volatile IReadOnlyList<string> _seen = [];

    private BlockerWatch(DatabaseAddress database, int processId, TimeProvider time) => _watching = WatchAsync(database, processId, time);

    /// <summary>Who was last seen in the way, in words.</summary>
    public IReadOnlyList<string> Seen => _seen;

    public static BlockerWatch? Start(DatabaseAddress database, EngineSession session, TimeProvider time) =>
        session.Dialect == Dialect.Postgres ? StartPostgres(database, session, time) : null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private static BlockerWatch StartPostgres(DatabaseAddress database, EngineSession session, TimeProvider time) =>
        new(database, ((PostgresSession)session).ProcessId, time);

    private async Task WatchAsync(DatabaseAddress database, int processId, TimeProvider time)
    {
        try
        {
            await using var second = await EngineSession.OpenAsync(database, TimeSpan.FromSeconds(1), _stop.Token);
            while (true)
            {
                var rows = await second.QueryAsync($"""
                    SELECT concat('PostgreSQL process ', pid, ', user ', usename, coalesce(' at ' || host(client_addr), ''), ', ', application_name,
                      ': ', state, ' for ', to_char(now() - state_change, 'HH24:MI:SS'), ', its transaction began at ', to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS'), ': ', left(query, 300))
                    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids({processId})) ORDER BY xact_start
                    """, 5, _stop.Token);
                if (rows.Count > 0)
                    _seen = [.. rows.Rows.Select(row => (string)row[0]!)];
                await Task.Delay(Interval, time, _stop.Token);
            }
        }
        // What it would have seen only makes a report better.
        catch (Exception error) when (error is OperationCanceledException || PostgresErrors.Describe(error) is not null)
        {
        }
    }
}
