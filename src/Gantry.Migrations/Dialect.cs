namespace Gantry.Migrations;

/// <summary>Whose SQL it is.</summary>
public enum Dialect
{
    /// <summary>SQLite 3.40 and later.</summary>
    Sqlite,
    /// <summary>PostgreSQL 12 and later.</summary>
    Postgres,
}
