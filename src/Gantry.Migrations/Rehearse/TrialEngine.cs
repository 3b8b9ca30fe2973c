using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>An engine during the rehearsal of one migration.</summary>
/// <param name="Scratch">The database.</param>
/// <param name="Before">Its schema before the migration.</param>
/// <param name="After">Its schema after the migration, run without any rows: what a fresh install has.</param>
/// <param name="Types">PostgreSQL's own types.</param>
/// <param name="TablesBefore">Tables that are read before the migration.</param>
/// <param name="TablesAfter">Tables that are read after it.</param>
internal sealed record TrialEngine(
    IScratch Scratch, DatabaseSchema Before, DatabaseSchema After, PostgresTypes Types, IReadOnlyList<string> TablesBefore, IReadOnlyList<string> TablesAfter)
{
    /// <summary>Its views, triggers and functions before the migration.</summary>
    public required SchemaObjects ObjectsBefore { get; init; }

    /// <summary>Those after it, without any rows.</summary>
    public required SchemaObjects ObjectsAfter { get; init; }

    /// <summary>The tables whose rows are looked at: views and other people's tables have none of their own.</summary>
    public static List<string> Readable(DatabaseSchema schema) =>
        [.. schema.Tables.Where(table => table.Kind is TableKind.Table or TableKind.Partitioned && table.Inherits.Count == 0 && !ModelBuilder.IsBookkeeping(table.Name)).Select(table => table.Name)];

    /// <summary>
    /// Of those, the ones that a migration can change: what gets rows, what its scripts name, and what is there on one side only. The others hold at most what
    /// earlier migrations put there.
    /// </summary>
    public static List<string> Touched(DatabaseSchema here, DatabaseSchema there, ScenarioModel model, ScriptWords words) =>
        [.. Readable(here).Where(name => there.Find(name) is null || words.Name(name) || words.ReachesFurther || model.Tables.Any(table => here.Names.Equals(table.Name, name)))];

    /// <summary>The primary key of a table, before or after.</summary>
    public IReadOnlyList<string> Keys(string table) =>
        (After.Find(table) ?? Before.Find(table))?.Keys.FirstOrDefault(key => key.Primary)?.Columns ?? [];
}

/// <summary>What is remembered of an engine from trial to trial.</summary>
internal sealed class EngineNotes
{
    /// <summary>The rows that it holds since the last load; null once a script ran on them.</summary>
    public IReadOnlyList<Row>? Loaded { get; set; }

    /// <summary>Columns that no two runs fill alike.</summary>
    public HashSet<ColumnName> Volatile { get; } = new(ColumnName.Comparer);

    /// <summary>Whether the way back leaves tables out that were there before.</summary>
    public bool TablesLost { get; set; }
}

/// <summary>What one run forward started with and ended with.</summary>
internal sealed record Forward(Contents Before, Contents After);

/// <summary>What is asked in a trial: all of it, or, when a scenario is made smaller, only what shows the fault.</summary>
internal sealed record TrialScope
{
    public Dialect? Engine { get; init; }

    /// <summary>Down, and up again.</summary>
    public bool Back { get; init; }

    /// <summary>Whether the schema is read too: it rarely depends on the rows, so that a few scenarios do.</summary>
    public bool Schema { get; init; }

    public bool Order { get; init; }

    public bool Independence { get; init; }

    public bool Engines { get; init; }

    /// <summary>Only so many statements of the way forward: to find the one that does it.</summary>
    public int Statements { get; init; } = int.MaxValue;

    /// <summary>All that may be asked.</summary>
    /// <param name="schema">Whether the schema is.</param>
    /// <param name="others">Whether what the order and the company of rows change is.</param>
    public static TrialScope All(bool schema, bool others) => new() { Back = true, Schema = schema, Order = others, Independence = others, Engines = true };

    /// <summary>The least that shows a fault again.</summary>
    public static TrialScope For(Fault fault) => new()
    {
        Engine = fault.Engine,
        Back = fault.Rule is RehearsalRule.DownFailed or RehearsalRule.DownLosesData or RehearsalRule.DownLeavesSchema or RehearsalRule.AgainDiffers,
        Schema = fault.Rule is RehearsalRule.DownLeavesSchema or RehearsalRule.SchemaDiffers,
        Order = fault.Rule == RehearsalRule.ArbitraryRow,
        Independence = fault.Rule == RehearsalRule.DependsOnOtherRows,
        Engines = fault.Rule == RehearsalRule.EnginesDiffer,
    };
}
