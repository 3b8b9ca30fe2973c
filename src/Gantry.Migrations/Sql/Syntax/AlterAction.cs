namespace Gantry.Migrations.Sql.Syntax;

/// <summary>One thing that ALTER TABLE does.</summary>
internal abstract record AlterAction : SyntaxNode;

/// <summary>ADD COLUMN.</summary>
internal sealed record AddColumn(ColumnDefinition Column, bool IfNotExists) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Column];
}

/// <summary>DROP COLUMN.</summary>
internal sealed record DropColumn(Identifier Column, bool IfExists, bool Cascade) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Column];
}

/// <summary>ADD CONSTRAINT.</summary>
internal sealed record AddConstraint(TableConstraint Constraint) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Constraint];
}

/// <summary>DROP CONSTRAINT.</summary>
internal sealed record DropConstraint(Identifier Name, bool IfExists, bool Cascade) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Name];
}

/// <summary>VALIDATE CONSTRAINT.</summary>
internal sealed record ValidateConstraint(Identifier Name) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Name];
}

/// <summary>ALTER COLUMN … SET NOT NULL, DROP NOT NULL.</summary>
internal sealed record AlterNotNull(Identifier Column, bool NotNull) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Column];
}

/// <summary>ALTER COLUMN … SET DEFAULT, DROP DEFAULT.</summary>
internal sealed record AlterDefault(Identifier Column, Expression? Default) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => Row(Column, Default);
}

/// <summary>ALTER COLUMN … TYPE.</summary>
internal sealed record AlterType(Identifier Column, TypeName Type, ObjectName? Collation, Expression? Using) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => Row(Column, Type, Collation, Using);
}

/// <summary>ALTER COLUMN … ADD GENERATED … AS IDENTITY, DROP IDENTITY, DROP EXPRESSION.</summary>
/// <param name="Column">The column.</param>
/// <param name="Identity">Whether the database numbers it from now on; null when that stays.</param>
/// <param name="DropsExpression">It becomes an ordinary column.</param>
internal sealed record AlterGenerated(Identifier Column, bool? Identity, bool DropsExpression) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Column];
}

/// <summary>RENAME TO.</summary>
internal sealed record RenameTable(Identifier To) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [To];
}

/// <summary>RENAME COLUMN.</summary>
internal sealed record RenameColumn(Identifier From, Identifier To) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [From, To];
}

/// <summary>RENAME CONSTRAINT.</summary>
internal sealed record RenameConstraint(Identifier From, Identifier To) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [From, To];
}

/// <summary>SET SCHEMA.</summary>
internal sealed record SetSchema(Identifier Schema) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Schema];
}

/// <summary>INHERIT, NO INHERIT.</summary>
internal sealed record AlterInherit(ObjectName Parent, bool Inherits) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Parent];
}

/// <summary>ATTACH PARTITION, DETACH PARTITION.</summary>
internal sealed record AlterPartition(ObjectName Partition, bool Attaches) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [Partition];
}

/// <summary>What changes neither columns nor keys: OWNER TO, SET (…), CLUSTER, ENABLE TRIGGER, SET STATISTICS….</summary>
/// <param name="Words">Its first words in capitals.</param>
internal sealed record OtherAction(string Words) : AlterAction
{
    public override IEnumerable<SyntaxNode> Children => [];
}
