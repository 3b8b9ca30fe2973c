using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>What one call of the upgrader knows so far: what a report tells, if it fails.</summary>
internal sealed class UpgradeWork(DatabaseAddress address, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time) : IAsyncDisposable
{
    private MigrationRecord? _record;

    /// <summary>The database.</summary>
    public LockedDatabase Database { get; } = new(address, options, progress, time);

    /// <summary>What the database remembered when it was read last.</summary>
    public MigrationRecord Record => _record ?? MigrationRecord.None;

    /// <summary>Whether it was read at all.</summary>
    public bool IsKnown => _record is not null;

    /// <summary>Whether nothing of this tool was there when it was read first.</summary>
    public bool WasUntouched { get; private set; }

    /// <summary>Revision when it was read first.</summary>
    public int From { get; private set; }

    /// <summary>The last migration that stands.</summary>
    public int Revision => Record.Applied.Count;

    /// <summary>The migration that is being worked on.</summary>
    public Migration? Migration { get; set; }

    /// <summary>Those that this call applied.</summary>
    public List<Migration> Applied { get; } = [];

    /// <summary>The copy that this call made.</summary>
    public string? Backup { get; set; }

    /// <summary>Reads what the database remembers.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var record = await Database.PersistAsync(() => MigrationTables.ReadAsync(Database.Session, cancellationToken), cancellationToken);
                if (_record is null)
                    (From, WasUntouched) = (record.Applied.Count, record == MigrationRecord.None);
                _record = record;
                return;
            }
            catch (StartOverException)
            {
            }
        }
    }

    /// <summary>Whether the last look at the database, after a failure, failed as well: what is known may be out of date.</summary>
    public bool IsOutOfDate { get; private set; }

    /// <summary>Looks once more, after a failure. Waits for nothing.</summary>
    public async Task LookAsync()
    {
        if (_record is null)
            return;
        try
        {
            _record = await MigrationTables.ReadAsync(Database.Session, CancellationToken.None);
        }
        catch (Exception error) when (Database.Session.Describe(error) is not null)
        {
            IsOutOfDate = true;
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
