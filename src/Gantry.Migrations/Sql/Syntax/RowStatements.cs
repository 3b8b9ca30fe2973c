namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A query as a statement.</summary>
internal sealed record SelectStatement(Query Query) : Statement
{
    public override IEnumerable<SyntaxNode> Children => [Query];
}

/// <summary>INSERT, and SQLite's REPLACE.</summary>
/// <param name="Table">Where to.</param>
/// <param name="Columns">The columns, where they are named.</param>
/// <param name="Query">VALUES or SELECT; null for DEFAULT VALUES.</param>
internal sealed record InsertStatement(TableReference Table, IReadOnlyList<Identifier> Columns, Query? Query) : Statement
{
    /// <summary>WITH.</summary>
    public WithClause? With { get; init; }

    /// <summary>SQLite: what follows OR, in capitals: <c>REPLACE</c>, <c>IGNORE</c>….</summary>
    public string? Or { get; init; }

    /// <summary>ON CONFLICT, in order.</summary>
    public IReadOnlyList<ConflictClause> Conflicts { get; init; } = [];

    /// <summary>RETURNING.</summary>
    public IReadOnlyList<SelectItem> Returning { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(With, Table, Columns, Query, Conflicts, Returning);
}

/// <summary>ON CONFLICT.</summary>
/// <param name="Target">The columns or expressions of the key; empty when none is named.</param>
/// <param name="TargetWhere">The predicate of a partial key.</param>
/// <param name="Constraint">ON CONSTRAINT.</param>
/// <param name="Set">DO UPDATE SET; null for DO NOTHING.</param>
/// <param name="Where">DO UPDATE … WHERE.</param>
internal sealed record ConflictClause(
    IReadOnlyList<Expression> Target, Expression? TargetWhere, Identifier? Constraint, IReadOnlyList<Assignment>? Set, Expression? Where) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Target, TargetWhere, Constraint, Set, Where);
}

/// <summary><c>a = x</c>, or <c>(a, b) = (x, y)</c> or <c>(a, b) = (SELECT …)</c>.</summary>
/// <param name="Targets">The columns; PostgreSQL: subscripts and fields of them are left out.</param>
/// <param name="Value">One value; a row or a subquery for several columns.</param>
internal sealed record Assignment(IReadOnlyList<Identifier> Targets, Expression Value) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Targets, Value);
}

/// <summary>UPDATE.</summary>
internal sealed record UpdateStatement(TableReference Table, IReadOnlyList<Assignment> Set) : Statement
{
    /// <summary>WITH.</summary>
    public WithClause? With { get; init; }

    /// <summary>SQLite: what follows OR, in capitals.</summary>
    public string? Or { get; init; }

    /// <summary>FROM.</summary>
    public IReadOnlyList<TableSource> From { get; init; } = [];

    /// <summary>WHERE; null for all rows.</summary>
    public Expression? Where { get; init; }

    /// <summary>PostgreSQL: WHERE CURRENT OF a cursor.</summary>
    public bool CurrentOf { get; init; }

    /// <summary>RETURNING.</summary>
    public IReadOnlyList<SelectItem> Returning { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(With, Table, Set, From, Where, Returning);
}

/// <summary>DELETE.</summary>
internal sealed record DeleteStatement(TableReference Table) : Statement
{
    /// <summary>WITH.</summary>
    public WithClause? With { get; init; }

    /// <summary>PostgreSQL: USING.</summary>
    public IReadOnlyList<TableSource> Using { get; init; } = [];

    /// <summary>WHERE; null for all rows.</summary>
    public Expression? Where { get; init; }

    /// <summary>PostgreSQL: WHERE CURRENT OF a cursor.</summary>
    public bool CurrentOf { get; init; }

    /// <summary>RETURNING.</summary>
    public IReadOnlyList<SelectItem> Returning { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(With, Table, Using, Where, Returning);
}

/// <summary>PostgreSQL: MERGE.</summary>
internal sealed record MergeStatement(TableReference Table, TableSource Using, Expression On, IReadOnlyList<MergeBranch> Branches) : Statement
{
    /// <summary>WITH.</summary>
    public WithClause? With { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(With, Table, Using, On, Branches);
}

/// <summary><c>WHEN [NOT] MATCHED [AND …] THEN …</c>.</summary>
/// <param name="Matched">Whether it is for rows that have a partner.</param>
/// <param name="Condition">AND.</param>
/// <param name="Action"><c>INSERT</c>, <c>UPDATE</c>, <c>DELETE</c> or <c>DO NOTHING</c>.</param>
/// <param name="Set">UPDATE's assignments.</param>
/// <param name="Columns">INSERT's columns.</param>
/// <param name="Values">INSERT's values.</param>
internal sealed record MergeBranch(
    bool Matched, Expression? Condition, string Action, IReadOnlyList<Assignment> Set, IReadOnlyList<Identifier> Columns, IReadOnlyList<Expression> Values) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Condition, Set, Columns, Values);
}
