namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A query: what comes before it (WITH), its body, its order and its limit.</summary>
internal sealed record Query(WithClause? With, QueryBody Body) : SyntaxNode
{
    /// <summary>ORDER BY.</summary>
    public IReadOnlyList<OrderItem> OrderBy { get; init; } = [];

    /// <summary>LIMIT, FETCH and OFFSET; null when there is none of them.</summary>
    public LimitClause? Limit { get; init; }

    /// <summary>PostgreSQL: FOR UPDATE, FOR SHARE….</summary>
    public bool Locking { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(With, Body, OrderBy, Limit);
}

/// <summary>WITH.</summary>
internal sealed record WithClause(bool Recursive, IReadOnlyList<CommonTable> Tables) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Tables;
}

/// <summary>A common table expression.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Names of its columns, where they are given.</param>
/// <param name="Body">A <see cref="SelectStatement"/>, or on PostgreSQL a statement that changes rows.</param>
internal sealed record CommonTable(Identifier Name, IReadOnlyList<Identifier> Columns, Statement Body) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Name, Columns, Body);
}

/// <summary>LIMIT, FETCH and OFFSET.</summary>
/// <param name="Count">How many; null for all.</param>
/// <param name="Offset">How many are left out first.</param>
/// <param name="WithTies">Those that tie with the last one come too: more than <paramref name="Count"/>.</param>
internal sealed record LimitClause(Expression? Count, Expression? Offset, bool WithTies) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Count, Offset);
}

/// <summary>Where a query's rows come from.</summary>
internal abstract record QueryBody : SyntaxNode;

/// <summary>A query in parentheses.</summary>
internal sealed record NestedQuery(Query Query) : QueryBody
{
    public override IEnumerable<SyntaxNode> Children => [Query];
}

/// <summary>UNION, INTERSECT, EXCEPT.</summary>
/// <param name="Operator">In capitals.</param>
/// <param name="KeepsDuplicates">With ALL.</param>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
internal sealed record SetOperation(string Operator, bool KeepsDuplicates, QueryBody Left, QueryBody Right) : QueryBody
{
    public override IEnumerable<SyntaxNode> Children => [Left, Right];
}

/// <summary>VALUES.</summary>
internal sealed record ValuesBody(IReadOnlyList<RowExpression> Rows) : QueryBody
{
    public override IEnumerable<SyntaxNode> Children => Rows;
}

/// <summary>PostgreSQL: <c>TABLE t</c>.</summary>
internal sealed record TableBody(TableReference Table) : QueryBody
{
    public override IEnumerable<SyntaxNode> Children => [Table];
}

/// <summary>SELECT.</summary>
internal sealed record SelectBody(IReadOnlyList<SelectItem> Items) : QueryBody
{
    /// <summary>DISTINCT, also with ON.</summary>
    public bool Distinct { get; init; }

    /// <summary>PostgreSQL: what DISTINCT ON names.</summary>
    public IReadOnlyList<Expression> DistinctOn { get; init; } = [];

    /// <summary>PL/pgSQL's or PostgreSQL's SELECT … INTO.</summary>
    public IReadOnlyList<Expression> Into { get; init; } = [];

    /// <summary>FROM, by comma.</summary>
    public IReadOnlyList<TableSource> From { get; init; } = [];

    /// <summary>WHERE.</summary>
    public Expression? Where { get; init; }

    /// <summary>GROUP BY; null when there is none.</summary>
    public GroupByClause? GroupBy { get; init; }

    /// <summary>HAVING.</summary>
    public Expression? Having { get; init; }

    /// <summary>WINDOW.</summary>
    public IReadOnlyList<NamedWindow> Windows { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(DistinctOn, Items, Into, From, Where, GroupBy, Having, Windows);
}

/// <summary>One column of a result (or all of a table's).</summary>
internal sealed record SelectItem(Expression Value, Identifier? Alias) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Value, Alias);
}

/// <summary>GROUP BY.</summary>
/// <param name="Items">What is grouped by; also what stands inside grouping sets.</param>
/// <param name="Sets">GROUPING SETS, ROLLUP, CUBE or <c>()</c>: a row can belong to several groups.</param>
internal sealed record GroupByClause(IReadOnlyList<Expression> Items, bool Sets) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Items;
}
