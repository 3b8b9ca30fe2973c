using Gantry.Migrations.Databases;

namespace Gantry.Migrations.Rehearse;

/// <summary>How a rehearsal is held.</summary>
public sealed record RehearsalOptions
{
    /// <summary>How many scenarios are made up for each migration, at least 1; the small, systematic ones come first. 200 if not set.</summary>
    public int Scenarios { get; init; } = 200;

    /// <summary>What chance starts from: the same seed gives the same scenarios on every machine. 1 if not set, so that a build does not fail by chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Rehearse on a copy of <see cref="Database"/> too.</summary>
    public bool Copy { get; init; }

    /// <summary>A PostgreSQL server on which scratch databases may be made: its role needs CREATEDB. The database that it names is only connected to. Null: SQLite alone.</summary>
    public DatabaseAddress? Against { get; init; }

    /// <summary>The database that is to be upgraded later: only read, for its schema, its revision, and, with <see cref="Copy"/>, its rows. Null: from an empty database.</summary>
    public DatabaseAddress? Database { get; init; }

    /// <summary>How many of the migrations the database has already; null to find it out from the database's own record (of Gantry, Flyway, golang-migrate, dbmate, EF Core or Alembic).</summary>
    public int? Applied { get; init; }

    /// <summary>DDL that makes the newest schema, for each engine it is committed for: the migrations' end must equal it. Null or missing: not asked.</summary>
    public IReadOnlyDictionary<Dialect, string>? Snapshot { get; init; }
}

/// <summary>Hears how a rehearsal comes along.</summary>
public interface IRehearsalProgress
{
    /// <summary>So many scenarios of a migration are done.</summary>
    /// <param name="migration">The migration, as its files name it.</param>
    /// <param name="done">Scenarios done.</param>
    /// <param name="total">Scenarios to do.</param>
    /// <param name="faults">Faults found in it so far.</param>
    void Scenario(string migration, int done, int total, int faults);

    /// <summary>A word on what is done now: <c>copying the database</c>, <c>making the failing scenario smaller</c>.</summary>
    void Stage(string migration, string what);
}
