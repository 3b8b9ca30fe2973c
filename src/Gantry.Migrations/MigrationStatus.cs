using Gantry.Migrations.Files;

namespace Gantry.Migrations;

/// <summary>Where a database is in its schema's life.</summary>
/// <param name="Revision">The last migration that was applied; 0 for none.</param>
/// <param name="Pending">Those that are to be applied, in order.</param>
public sealed record MigrationStatus(int Revision, IReadOnlyList<Migration> Pending);

/// <summary>What an upgrade did.</summary>
/// <param name="From">Revision before.</param>
/// <param name="To">Revision after.</param>
/// <param name="Applied">The migrations that this call applied, in order; empty when there was nothing to do.</param>
public sealed record UpgradeResult(int From, int To, IReadOnlyList<Migration> Applied);
