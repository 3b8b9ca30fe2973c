using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>One direction of a migration for one engine: its text, cut into steps by its directives.</summary>
/// <param name="Source">The whole file.</param>
/// <param name="Steps">In order; at least one, unless the file holds no statement at all.</param>
public sealed record MigrationScript(SourceText Source, IReadOnlyList<MigrationStep> Steps)
{
    /// <summary>Whether the steps fit into one transaction: none is concurrent, none is a backfill.</summary>
    public bool IsOneTransaction => Steps.All(step => step.Kind is not (StepKind.Concurrent or StepKind.Backfill));
}
