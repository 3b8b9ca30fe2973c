using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>
/// PostgreSQL: the tables on which a statement takes a lock that holds up writers (or readers too) until the end of the transaction. From the
/// documentation of explicit locking: ALTER TABLE takes ACCESS EXCLUSIVE for most of what it does, CREATE INDEX takes SHARE, a foreign key and a trigger take
/// SHARE ROW EXCLUSIVE; VALIDATE CONSTRAINT and whatever is CONCURRENTLY let writers through.
/// </summary>
internal static class TableLocks
{
    public static IEnumerable<ObjectName> Of(Statement statement) => statement switch
    {
        AlterTableStatement { Kind: "TABLE" } alter when !alter.Actions.All(action => action is ValidateConstraint) =>
            alter.Actions.SelectMany(action => action.All()).OfType<ForeignKeyConstraint>().Select(key => key.Parent).Prepend(alter.Name),
        CreateIndexStatement { Concurrently: false } index => [index.Table.Name],
        DropStatement { Kind: "TABLE" } drop => drop.Names,
        TruncateStatement truncate => truncate.Tables,
        CreateTriggerStatement trigger => [trigger.Table],
        _ => [],
    };
}
