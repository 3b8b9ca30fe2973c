using Gantry.Migrations.Files;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check;

/// <summary>Tells which statements of a script are committed together: a tool's own transaction, cut by steps that run outside of it, by BEGIN and by COMMIT.</summary>
internal sealed class TransactionCount(MigrationLayout layout)
{
    private int _number;
    private bool _begun;
    private StepKind? _kind;

    /// <summary>A step begins.</summary>
    public void Enter(MigrationStep step)
    {
        // A backfill commits its batches one by one; what is concurrent is in no transaction.
        if (_kind is StepKind.Backfill or StepKind.Concurrent || step.Kind is StepKind.Backfill or StepKind.Concurrent)
            _number++;
        _kind = step.Kind;
    }

    /// <summary>A statement comes.</summary>
    /// <returns>The number of its transaction, and whether it surely is in one.</returns>
    public (int Number, bool InTransaction) Take(Statement statement, MigrationStep step)
    {
        if (statement is TransactionStatement control)
        {
            var ends = control.Verb is "COMMIT" or "END" or "ROLLBACK" or "ABORT";
            if (ends || control.Verb is "BEGIN" or "START" or "START TRANSACTION")
            {
                _begun = !ends;
                _number++;
            }
        }
        else if (step.Kind == StepKind.Concurrent && !_begun)
            _number++;

        // These tools wrap a migration into a transaction unless it says otherwise; of the others it is not known.
        var wrapped = step.Kind != StepKind.Concurrent && layout is (MigrationLayout.Gantry or MigrationLayout.Dbmate);
        return (_number, _begun || wrapped);
    }
}
