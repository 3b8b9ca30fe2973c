using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// Whether nothing in a script can look at more than one row: then neither the order of rows nor their company changes what becomes of one, and there is no need to
/// ask for it in every scenario. Only what adds and takes away tables, indexes and columns is known to be so; every other statement, and
/// whatever gives rows values that are not written down, is taken for one that looks around.
/// </summary>
internal static class RowByRow
{
    /// <summary>Whether all of it is.</summary>
    public static bool Is(MigrationScript script, Dialect dialect) =>
        ScriptStatement.Of(script, dialect).TrueForAll(statement => statement.Step.Kind is not (StepKind.Backfill or StepKind.Verify) && Is(SqlParser.Read(statement.Statement, dialect)));

    /// <summary>The tables whose rows such a script can change, or that it can fail over. A table that it makes has no rows yet; an index that it drops has none of its own.</summary>
    public static IEnumerable<ObjectName> Tables(MigrationScript script, Dialect dialect) =>
        ScriptStatement.Of(script, dialect).SelectMany(statement => Tables(SqlParser.Read(statement.Statement, dialect)));

    private static IEnumerable<ObjectName> Tables(Statement statement) => statement switch
    {
        CreateIndexStatement index => [index.Table.Name],
        DropStatement { Kind: "TABLE" } drop => drop.Names,
        AlterTableStatement alter => [alter.Name, .. alter.Actions.OfType<AddColumn>().SelectMany(add => add.Column.Constraints.OfType<ForeignKeyConstraint>()).Select(key => key.Parent)],
        _ => [],
    };

    private static bool Is(Statement statement) => statement switch
    {
        CreateTableStatement create => create is { AsQuery: null, Foreign: false, PartitionOf: null, Inherits.Count: 0 },
        CreateIndexStatement => true,
        DropStatement drop => drop.Kind is "TABLE" or "INDEX",
        AlterTableStatement { Kind: "TABLE" } alter => alter.Actions.All(Is),
        _ => false,
    };

    private static bool Is(AlterAction action) => action switch
    {
        AddColumn add => IsWrittenDown(add.Column.Default) && add.Column is { Generated: null, Identity: false }
            && !add.Column.Type.Name.Contains("serial", StringComparison.OrdinalIgnoreCase) && add.Column.Constraints.All(constraint => constraint is ForeignKeyConstraint or CheckClause),
        DropColumn or RenameColumn or RenameTable => true,
        _ => false,
    };

    private static bool IsWrittenDown(Expression? value) => value is null or LiteralExpression { Kind: LiteralKind.Number or LiteralKind.String or LiteralKind.Null or LiteralKind.Boolean };
}
