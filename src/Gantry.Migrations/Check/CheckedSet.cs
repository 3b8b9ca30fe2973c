using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Check;

/// <summary>All migrations, read and with their schemas.</summary>
/// <param name="Set">As they lie in their files.</param>
/// <param name="Dialect">Whose SQL it is.</param>
/// <param name="Options">How the check was asked for.</param>
internal sealed record CheckedSet(MigrationSet Set, Dialect Dialect, CheckOptions Options)
{
    /// <summary>In order; the way back of a migration follows its way forward.</summary>
    public IReadOnlyList<CheckedScript> Scripts { get; init; } = [];

    /// <summary>The schema when all migrations were applied.</summary>
    public required DatabaseSchema Final { get; init; }
}
