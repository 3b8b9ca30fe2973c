namespace Gantry.Migrations.Rehearse;

/// <summary>What a rehearsal asks of a migration.</summary>
public enum RehearsalRule
{
    /// <summary>No statement of the way forward is refused.</summary>
    StatementFailed,
    /// <summary>A verify step's query returns nothing.</summary>
    VerifyFailed,
    /// <summary>No table loses or gains rows, unless <c>-- changes-rows:</c> says so.</summary>
    RowsChanged,
    /// <summary>No row points to a row that does not exist.</summary>
    ForeignKeysBroken,
    /// <summary>No result depends on which row an engine happens to come to first.</summary>
    ArbitraryRow,
    /// <summary>A family of rows migrated alone ends up as it does beside others, unless <c>-- depends-on-other-rows:</c> says otherwise.</summary>
    DependsOnOtherRows,
    /// <summary>Both engines end with the same rows.</summary>
    EnginesDiffer,
    /// <summary>No statement of the way back is refused.</summary>
    DownFailed,
    /// <summary>The way back restores the rows.</summary>
    DownLosesData,
    /// <summary>The way back restores the schema.</summary>
    DownLeavesSchema,
    /// <summary>Up, down and up again ends where the first up did.</summary>
    AgainDiffers,
    /// <summary>The migrated schema is that of a fresh install.</summary>
    SchemaDiffers,
    /// <summary>What <c>-- assumes:</c> says of the data holds for the copy of the real one.</summary>
    AssumptionBroken,
    /// <summary>Rows can be made for every table that the migration touches. A warning: where none could, nothing was proved.</summary>
    NotRehearsed,
}
