namespace Gantry.Migrations.Sql.Syntax;

/// <summary>CREATE TABLE, in all its forms; CREATE VIRTUAL TABLE and CREATE FOREIGN TABLE too.</summary>
internal sealed record CreateTableStatement(ObjectName Name) : Statement
{
    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>VIRTUAL (SQLite) or FOREIGN (PostgreSQL).</summary>
    public bool Foreign { get; init; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; init; } = [];

    /// <summary>Constraints of the table.</summary>
    public IReadOnlyList<TableConstraint> Constraints { get; init; } = [];

    /// <summary>PostgreSQL: LIKE.</summary>
    public IReadOnlyList<LikeClause> Likes { get; init; } = [];

    /// <summary>PostgreSQL: INHERITS.</summary>
    public IReadOnlyList<ObjectName> Inherits { get; init; } = [];

    /// <summary>PostgreSQL: PARTITION OF.</summary>
    public ObjectName? PartitionOf { get; init; }

    /// <summary>PostgreSQL: PARTITION BY.</summary>
    public bool Partitioned { get; init; }

    /// <summary>PostgreSQL: UNLOGGED.</summary>
    public bool Unlogged { get; init; }

    /// <summary>SQLite: WITHOUT ROWID.</summary>
    public bool WithoutRowId { get; init; }

    /// <summary>SQLite: STRICT.</summary>
    public bool Strict { get; init; }

    /// <summary>AS: the query that fills it.</summary>
    public Query? AsQuery { get; init; }

    /// <summary>Names of the columns of <see cref="AsQuery"/>, where they are given.</summary>
    public IReadOnlyList<Identifier> AsColumns { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Name, Columns, Constraints, Likes, Inherits, PartitionOf, AsColumns, AsQuery);
}

/// <summary>PostgreSQL: <c>LIKE t INCLUDING …</c>.</summary>
/// <param name="Table">The table that it is like.</param>
/// <param name="Including">What is copied, in capitals: <c>ALL</c>, <c>INDEXES</c>, <c>DEFAULTS</c>….</param>
internal sealed record LikeClause(ObjectName Table, IReadOnlyList<string> Including) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [Table];
}

/// <summary>A column of a table that is made or altered.</summary>
internal sealed record ColumnDefinition(Identifier Name, TypeName Type) : SyntaxNode
{
    /// <summary>COLLATE.</summary>
    public ObjectName? Collation { get; init; }

    /// <summary>DEFAULT.</summary>
    public Expression? Default { get; init; }

    /// <summary>NOT NULL.</summary>
    public bool NotNull { get; init; }

    /// <summary>GENERATED ALWAYS AS (expression).</summary>
    public Expression? Generated { get; init; }

    /// <summary>GENERATED … AS IDENTITY, AUTOINCREMENT.</summary>
    public bool Identity { get; init; }

    /// <summary>Its other constraints, as constraints of the table.</summary>
    public IReadOnlyList<TableConstraint> Constraints { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Name, Type, Collation, Default, Generated, Constraints);
}

/// <summary>A constraint of a table.</summary>
internal abstract record TableConstraint : SyntaxNode
{
    /// <summary>CONSTRAINT's name; null when it has none.</summary>
    public Identifier? Name { get; init; }

    /// <summary>PostgreSQL: NOT VALID.</summary>
    public bool NotValid { get; init; }

    /// <summary>DEFERRABLE.</summary>
    public bool Deferrable { get; init; }
}

/// <summary>PRIMARY KEY or UNIQUE.</summary>
internal sealed record KeyConstraint(bool Primary, IReadOnlyList<IndexPart> Parts) : TableConstraint
{
    /// <summary>PostgreSQL 15: NULLS NOT DISTINCT.</summary>
    public bool NullsNotDistinct { get; init; }

    /// <summary>SQLite: PRIMARY KEY DESC behind a column, which makes no alias of the rowid.</summary>
    public bool Descending { get; init; }

    /// <summary>PostgreSQL: USING INDEX, the index that becomes the constraint.</summary>
    public Identifier? UsingIndex { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Name, Parts, UsingIndex);
}

/// <summary>CHECK.</summary>
internal sealed record CheckClause(Expression Condition) : TableConstraint
{
    public override IEnumerable<SyntaxNode> Children => Row(Name, Condition);
}

/// <summary>FOREIGN KEY, REFERENCES.</summary>
internal sealed record ForeignKeyConstraint(IReadOnlyList<Identifier> Columns, ObjectName Parent, IReadOnlyList<Identifier> ParentColumns) : TableConstraint
{
    /// <summary>ON DELETE, in capitals.</summary>
    public string OnDelete { get; init; } = "NO ACTION";

    public override IEnumerable<SyntaxNode> Children => Row(Name, Columns, Parent, ParentColumns);
}

/// <summary>PostgreSQL: EXCLUDE.</summary>
internal sealed record ExcludeConstraint : TableConstraint
{
    public override IEnumerable<SyntaxNode> Children => Row(Name);
}

/// <summary>ALTER TABLE (also ALTER INDEX and ALTER VIEW, where they rename).</summary>
/// <param name="Kind"><c>TABLE</c>, <c>INDEX</c>, <c>VIEW</c>….</param>
/// <param name="Name">What is altered.</param>
/// <param name="Actions">In order.</param>
internal sealed record AlterTableStatement(string Kind, ObjectName Name, IReadOnlyList<AlterAction> Actions) : Statement
{
    /// <summary>IF EXISTS.</summary>
    public bool IfExists { get; init; }

    /// <summary>PostgreSQL: ONLY.</summary>
    public bool Only { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Name, Actions);
}
