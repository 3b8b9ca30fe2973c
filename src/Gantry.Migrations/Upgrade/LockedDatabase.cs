using Gantry.Migrations.Databases;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// A database of which this is the one upgrader: the connection, the lock and the epoch, and transactions that are tried again when others are in the way. A
/// connection that is lost is made anew, with a lock and an epoch of its own.
/// </summary>
internal sealed class LockedDatabase(DatabaseAddress database, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);

    private readonly RetryPolicy _policy = new(options.RetryFor);
    private EngineSession? _session;
    private BlockerWatch? _watch;
    private string? _epoch;
    private bool _locked;
    private long _failingSince;
    private int _attempts;

    /// <summary>The connection; opened.</summary>
    public EngineSession Session => _session ?? throw new InvalidOperationException("Not opened.");

    /// <summary>Whether there ever was a connection.</summary>
    public bool IsConnected => _session is not null;

    /// <summary>Whether transactions are fenced by an epoch.</summary>
    public bool IsFenced => _epoch is not null;

    /// <summary>Connects, once.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken) =>
        _session = await EngineSession.OpenAsync(database, options.LockTimeout, cancellationToken);

    /// <summary>Becomes the one upgrader.</summary>
    /// <exception cref="RefusedException">Another one did not end in time.</exception>
    public async Task LockAsync(CancellationToken cancellationToken)
    {
        _locked = true;
        await Session.PrepareAsync(cancellationToken);
        var since = time.GetTimestamp();
        var self = $"process {Environment.ProcessId} on {Environment.MachineName}";
        var told = TimeSpan.FromSeconds(-1);
        while (!await Session.TryLockAsync(self, cancellationToken))
        {
            var waited = time.GetElapsedTime(since);
            var holder = waited - told >= TimeSpan.FromSeconds(1) || waited > options.WaitForUpgrader ? await Session.HolderAsync(cancellationToken) : null;
            if (waited > options.WaitForUpgrader)
                throw new RefusedException(new Refusal(MigrationFailure.Busy, null,
                    $"Another upgrader ({holder ?? "not known"}) has been at work on {database} for more than {options.WaitForUpgrader.TotalSeconds:0} s"
                    + $"{(database.File is { } file ? $" (it holds {file}.upgrade-lock)" : "")}.",
                    $"Wait for it to end, then start again: {options.Command}"));
            if (waited - told >= TimeSpan.FromSeconds(1))
            {
                progress?.Report(new UpgradeEvent.Waiting(holder, waited));
                told = waited;
            }
            await Task.Delay(AskAgain * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
        }
    }

    /// <summary>From now on every transaction makes sure that nobody else has taken over.</summary>
    public async Task FenceAsync(CancellationToken cancellationToken)
    {
        if (_epoch is not null)
            return;
        var epoch = Guid.NewGuid().ToString("N");
        await PersistAsync(async () =>
        {
            await MigrationTables.TakeOverAsync(Session, epoch, cancellationToken);
            return true;
        }, cancellationToken);
        _epoch = epoch;
    }

    /// <summary>Takes the fence away, and the table that it stands in.</summary>
    /// <param name="forgetHistory">Whether to leave no trace if nothing was ever applied.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task UnfenceAsync(bool forgetHistory, CancellationToken cancellationToken)
    {
        if (_epoch is not { } epoch)
            return;
        await PersistAsync(async () =>
        {
            await MigrationTables.EndAsync(Session, epoch, forgetHistory, cancellationToken);
            return true;
        }, cancellationToken);
        _epoch = null;
    }

    /// <summary>Runs something in one transaction, from the start again as often as others are in the way.</summary>
    /// <exception cref="GaveUpException">They were in the way for too long.</exception>
    /// <exception cref="StartOverException">The connection was lost, and is there again.</exception>
    public async Task<T> TransactAsync<T>(TransactionKind kind, Func<EngineSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await PersistAsync(async () =>
        {
            await Session.BeginAsync(kind, cancellationToken);
            if (_epoch is { } epoch)
                await MigrationTables.FenceAsync(Session, epoch, cancellationToken);
            var value = await work(Session);
            await Session.CommitAsync(cancellationToken);
            return value;
        }, cancellationToken);
        // Only what stands counts as getting on: a server that dies of the same statement again and again is given up, too.
        _attempts = 0;
        await StopWatchingAsync();
        return result;
    }

    /// <summary>Runs something outside a transaction that may be run twice, again as often as others are in the way.</summary>
    public async Task<T> PersistAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception error)
            {
                // A lost connection takes its transaction with it.
                await Session.RollbackAsync();
                cancellationToken.ThrowIfCancellationRequested();
                await AfterAsync(error, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopWatchingAsync();
        if (_session is not null)
            await _session.DisposeAsync();
    }

    /// <summary>Returns when the same is to be tried again.</summary>
    private async Task AfterAsync(Exception error, CancellationToken cancellationToken)
    {
        var described = error switch
        {
            FencedException => new EngineError(EngineErrorKind.ConnectionLost, "", "another upgrader has taken over") { Failure = MigrationFailure.Busy },
            StepFailedException step => step.Failure.Error,
            _ => Session.Describe(error),
        };
        if (described is null or { Kind: EngineErrorKind.Deterministic or EngineErrorKind.Surroundings })
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);

        await PauseAsync(described, error, cancellationToken);
        if (described.Kind != EngineErrorKind.ConnectionLost)
        {
            _watch ??= BlockerWatch.Start(database, Session, time);
            return;
        }
        await ReconnectAsync(cancellationToken);
        throw new StartOverException();
    }

    private async Task PauseAsync(EngineError described, Exception error, CancellationToken cancellationToken)
    {
        if (_attempts++ == 0)
            _failingSince = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_failingSince);
        if (_policy.Next(_attempts, elapsed, Random.Shared.NextDouble()) is not { } delay)
            throw new GaveUpException(described, _watch?.Seen ?? [], elapsed, _attempts, error);
        progress?.Report(new UpgradeEvent.Retrying(described.Message, _watch?.Seen.Count > 0 ? _watch.Seen[0] : null, _attempts, delay));
        await Task.Delay(delay, time, cancellationToken);
    }

    private async Task ReconnectAsync(CancellationToken cancellationToken)
    {
        _epoch = null;
        await StopWatchingAsync();
        while (true)
        {
            await Session.DisposeAsync();
            try
            {
                await ConnectAsync(cancellationToken);
                if (_locked)
                    await LockAsync(cancellationToken);
                break;
            }
            catch (Exception error) when (Session.Describe(error) is { Kind: EngineErrorKind.ConnectionLost or EngineErrorKind.Transient } described)
            {
                await PauseAsync(described, error, cancellationToken);
            }
        }
    }

    private async Task StopWatchingAsync()
    {
        if (_watch is { } watch)
        {
            _watch = null;
            await watch.DisposeAsync();
        }
    }
}
