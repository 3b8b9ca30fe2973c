namespace Gantry.Migrations.Files;

/// <summary>All migrations of a project, in order.</summary>
/// <param name="Path">The folder or file that they were read from.</param>
/// <param name="Layout">How it is laid out.</param>
/// <param name="Migrations">In order, the first has revision 1.</param>
public sealed record MigrationSet(string Path, MigrationLayout Layout, IReadOnlyList<Migration> Migrations);

/// <summary>Whose way of laying out migrations it is. Only <see cref="Gantry"/> is applied by <c>upgrade</c>; all are checked and rehearsed.</summary>
public enum MigrationLayout
{
    /// <summary><c>0007_volume_owner/up.sql</c>, <c>up.postgres.sql</c>, <c>up.sqlite.sql</c>, <c>down.sql</c>…</summary>
    Gantry,
    /// <summary>Flyway: <c>V7__volume_owner.sql</c>, <c>U7__volume_owner.sql</c>, <c>R__views.sql</c>.</summary>
    Flyway,
    /// <summary>golang-migrate: <c>000007_volume_owner.up.sql</c>, <c>000007_volume_owner.down.sql</c>.</summary>
    GolangMigrate,
    /// <summary>dbmate: <c>20241105120000_volume_owner.sql</c> with <c>-- migrate:up</c> and <c>-- migrate:down</c>.</summary>
    Dbmate,
    /// <summary>Plain numbered files: <c>007_volume_owner.sql</c>.</summary>
    Numbered,
    /// <summary>The script that <c>dotnet ef migrations script</c> prints.</summary>
    EfCore,
    /// <summary>The script that <c>alembic upgrade --sql</c> prints.</summary>
    Alembic,
}
