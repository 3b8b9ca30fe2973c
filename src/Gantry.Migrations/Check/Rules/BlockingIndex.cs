using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// blocking-index: on PostgreSQL an index that is built without CONCURRENTLY holds up all writers of a table in use, and one that a constraint builds holds up
/// readers too. CONCURRENTLY inside a transaction is an error: PostgreSQL refuses it.
/// </summary>
internal sealed class BlockingIndex : ICheckRule
{
    public RuleDescription Description { get; } = new("blocking-index", Severity.Warning, "An index is built while nobody can write to its table, or CONCURRENTLY inside a transaction");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        if (at.Dialect != Dialect.Postgres || !at.Forward)
            return [];

        return at.Running.SelectMany(statement => statement switch
        {
            CreateIndexStatement { Concurrently: true } index when at.InTransaction => [Refused(index)],
            DropStatement { Concurrently: true } drop when at.InTransaction => [Refused(drop)],
            OtherStatement other when other.Verb.StartsWith("REINDEX", StringComparison.Ordinal) => Reindex(other, at),
            CreateIndexStatement { Concurrently: false } index when at.Existed(index.Table.Name) => [Blocks(index)],
            AlterTableStatement alter when at.Existed(alter.Name) => alter.Actions.SelectMany(action => OfAction(alter, action)),
            _ => [],
        });
    }

    private Finding Blocks(CreateIndexStatement index) => CheckedStatement.Find(Description, index, index.Table,
        $"Nobody can write to {index.Table.Name} until this index is built.",
        "Build it with CREATE INDEX CONCURRENTLY, outside a transaction (-- step: concurrent; Flyway: executeInTransaction=false; dbmate: transaction:false; golang-migrate: alone in its file).");

    private Finding Refused(Statement statement) => CheckedStatement.Find(Description, statement, statement,
        "CONCURRENTLY does not work inside a transaction: PostgreSQL refuses this statement.",
        "Put it into a step outside of one: -- step: concurrent (dbmate: -- migrate:up transaction:false).")
        with
    { Severity = Severity.Error, Span = CheckedScript.FirstLine(statement) };

    private IEnumerable<Finding> Reindex(OtherStatement statement, CheckedStatement at)
    {
        if (!statement.Text.Contains("CONCURRENTLY", StringComparison.OrdinalIgnoreCase))
            yield return CheckedStatement.Find(Description, statement, statement,
                "Nobody can write to the table, and queries that would use the index wait, until REINDEX is done.",
                "Use REINDEX … CONCURRENTLY, outside a transaction.");
        else if (at.InTransaction)
            yield return Refused(statement);
    }

    private IEnumerable<Finding> OfAction(AlterTableStatement alter, AlterAction action)
    {
        var constraints = action switch
        {
            AddConstraint add => [add.Constraint],
            AddColumn add => add.Column.Constraints,
            _ => (IReadOnlyList<TableConstraint>)[],
        };
        foreach (var constraint in constraints)
            if (constraint is KeyConstraint { UsingIndex: null } or ExcludeConstraint)
                yield return CheckedStatement.Find(Description, alter, constraint,
                    $"This constraint builds an index, and nobody can read or write {alter.Name} until it is done.",
                    constraint is KeyConstraint
                        ? "Build the index first, with CREATE UNIQUE INDEX CONCURRENTLY in a step outside a transaction, and then ADD CONSTRAINT … USING INDEX it."
                        : "An exclusion constraint cannot be built aside: add it when the table is small, or in a maintenance window.");
    }
}
