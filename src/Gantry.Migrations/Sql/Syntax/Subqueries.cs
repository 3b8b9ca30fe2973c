namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A query that stands for one value (or, with several columns, one row): more than one row is an error on PostgreSQL, and cut to the first on SQLite.</summary>
internal sealed record SubqueryExpression(Query Query) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Query];
}

/// <summary><c>EXISTS (…)</c>.</summary>
internal sealed record ExistsExpression(Query Query) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Query];
}

/// <summary>PostgreSQL: <c>ARRAY(SELECT …)</c>.</summary>
internal sealed record ArraySubquery(Query Query) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Query];
}

/// <summary><c>x [NOT] IN (a, b)</c>.</summary>
internal sealed record InListExpression(Expression Operand, IReadOnlyList<Expression> Items, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Items);
}

/// <summary><c>x [NOT] IN (SELECT …)</c>.</summary>
internal sealed record InQueryExpression(Expression Operand, Query Query, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand, Query];
}

/// <summary>SQLite: <c>x [NOT] IN table</c>, <c>x IN function(a)</c>.</summary>
internal sealed record InTableExpression(Expression Operand, ObjectName Table, IReadOnlyList<Expression> Arguments, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Table, Arguments);
}

/// <summary>PostgreSQL: <c>x = ANY (…)</c>, <c>x &lt;&gt; ALL (…)</c>, over a query or an array.</summary>
internal sealed record QuantifiedExpression(Expression Operand, string Operator, string Quantifier, Query? Query, Expression? Array) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Query, Array);
}
