using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Rehearse;

/// <summary>Watches the upgrader at work: how many rows it touched, and how long its longest transaction had statements running.</summary>
internal sealed class LongestTransaction(MigrationScript script) : IUpgradeProgress
{
    private TimeSpan _current;

    public TimeSpan Longest { get; private set; }

    public long Rows { get; private set; }

    public void Report(UpgradeEvent happened)
    {
        switch (happened)
        {
            case UpgradeEvent.StepStarted when !script.IsOneTransaction:
            case UpgradeEvent.MigrationStarted:
                _current = TimeSpan.Zero;
                break;
            case UpgradeEvent.StatementDone done:
                Rows += done.Rows;
                _current += done.Took;
                break;
            case UpgradeEvent.BatchDone batch:
                Rows = Math.Max(Rows, batch.Done);
                _current = batch.Held;
                break;
        }
        Longest = _current > Longest ? _current : Longest;
    }
}
