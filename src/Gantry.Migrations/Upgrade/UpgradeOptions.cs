using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>How an upgrade goes about its work. Every wait and limit is here.</summary>
public sealed record UpgradeOptions
{
    /// <summary>How long to wait for another upgrader to end. 30 minutes if not set; it does the same work.</summary>
    public TimeSpan WaitForUpgrader { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long the same transaction is tried again when others are in the way (a lock that is held, a busy file) or the connection is lost. 60 s if not set,
    /// counted anew after each commit.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// PostgreSQL's <c>lock_timeout</c>: how long a statement waits for a lock before it steps back, lets others pass and tries again. 200 ms if not set: that is
    /// how long readers who come later may be held up behind it.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a batch may hold its locks; batches shrink and grow to stay under it. 100 ms if not set.</summary>
    public TimeSpan LongestLock { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether to copy a SQLite database aside before anything is changed. True if not set.</summary>
    public bool Backup { get; init; } = true;

    /// <summary>How many backups of a database to keep, the newest ones. 3 if not set.</summary>
    public int KeepBackups { get; init; } = 3;

    /// <summary>Looks at what is pending before anything is changed; null for no look.</summary>
    public UpgradeCheck? Check { get; init; }

    /// <summary>Where a failure's report is written as <c>gantry-upgrade-report.json</c>. Null: beside the SQLite file, or in the current folder for PostgreSQL.</summary>
    public string? ReportFolder { get; init; }

    /// <summary>Whether a failure's report is written to a file. True if not set.</summary>
    public bool WriteReport { get; init; } = true;

    /// <summary>What a person types to start the upgrade again: it goes into reports.</summary>
    public string Command { get; init; } = "gantry db upgrade";
}

/// <summary>Looks at migrations before they are applied.</summary>
/// <param name="pending">Those that are to be applied, in order.</param>
/// <param name="revision">Where the database is; 0 for before the first.</param>
/// <param name="dialect">For which engine.</param>
/// <param name="cancellationToken">Stops.</param>
/// <returns>Null when they may be applied; otherwise why not, to be read by a person.</returns>
public delegate ValueTask<string?> UpgradeCheck(IReadOnlyList<Migration> pending, int revision, Dialect dialect, CancellationToken cancellationToken);
