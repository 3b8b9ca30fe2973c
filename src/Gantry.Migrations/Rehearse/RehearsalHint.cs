namespace Gantry.Migrations.Rehearse;

/// <summary>What to do about a statement that an engine refused, where its words alone do not tell.</summary>
internal static class RehearsalHint
{
    /// <summary>PostgreSQL: unsafe use of a new value of an enum.</summary>
    public const string UnsafeNewLabel = "55P04";

    // SQLSTATE, or SQLite's extended code: a unique key, NOT NULL, a check, a foreign key; a text that is no number, a number or text that is too long.
    private static readonly string[] OfData = ["23505", "23502", "23514", "23503", "22P02", "22003", "22001", "22007", "22008", "2067", "1555", "1299", "275", "787", "3091"];

    /// <summary>A sentence to stand behind the engine's; empty when there is nothing to say.</summary>
    public static string Of(Fault fault) => fault switch
    {
        { Failure.Code: UnsafeNewLabel } =>
            ". A new label of an enum can be used only when the transaction that added it is committed: add it in a migration of its own, before the one that uses it",
        { Rule: RehearsalRule.AgainDiffers, Failure: { Code: "42710", Text: var text } } when text.Contains("ADD VALUE", StringComparison.OrdinalIgnoreCase) =>
            ". PostgreSQL takes no label from an enum again, so that no way back can: write ADD VALUE IF NOT EXISTS",
        { Rule: RehearsalRule.StatementFailed, Failure.Code: var code } when OfData.Contains(code) =>
            ". Mend such rows first, in a statement before this one; or, if no real row is ever like that, say so, and none is made up: -- assumes: TABLE: CONDITION (`--copy` holds that against the real rows)",
        _ => "",
    };
}
