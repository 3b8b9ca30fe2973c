namespace Gantry.Migrations.Sql.Syntax;

/// <summary>What has a value.</summary>
internal abstract record Expression : SyntaxNode;

/// <summary>A value as it stands.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Value">A number as written; what a string means; the keyword in capitals.</param>
internal sealed record LiteralExpression(LiteralKind Kind, string Value) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>Kinds of literal.</summary>
internal enum LiteralKind
{
    Number,
    String,
    Bits,
    Null,
    Boolean,
    /// <summary><c>CURRENT_TIMESTAMP</c>, <c>CURRENT_USER</c> and the like.</summary>
    Current,
    /// <summary><c>DEFAULT</c> in VALUES or SET.</summary>
    Default,
}

/// <summary>PostgreSQL: a type and a string: <c>DATE '2026-01-01'</c>, <c>INTERVAL '1 day'</c>.</summary>
internal sealed record TypedLiteral(TypeName Type, string Value) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Type];
}

/// <summary>What is given when the statement is run: <c>?</c>, <c>:x</c>, <c>$1</c>.</summary>
internal sealed record ParameterExpression(string Name) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>A column, or whatever else a name can mean there.</summary>
/// <param name="Parts">In order: table or alias first, where there is one.</param>
internal sealed record ColumnReference(IReadOnlyList<Identifier> Parts) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Parts;

    /// <summary>The column's name.</summary>
    public string Column => Parts[^1].Text;

    /// <summary>The name before it; null when there is none.</summary>
    public string? Qualifier => Parts.Count > 1 ? Parts[^2].Text : null;
}

/// <summary><c>*</c> or <c>t.*</c>.</summary>
internal sealed record StarExpression(ObjectName? Qualifier) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Qualifier);
}

/// <summary>A prefix operator.</summary>
/// <param name="Operator">In capitals: <c>NOT</c>, <c>-</c>, <c>+</c>, <c>~</c>.</param>
/// <param name="Operand">Its operand.</param>
internal sealed record UnaryExpression(string Operator, Expression Operand) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand];
}

/// <summary>An operator between two.</summary>
/// <param name="Operator">
/// In capitals: <c>AND</c>, <c>OR</c>, <c>=</c> (also for <c>==</c>), <c>||</c>, <c>IS</c> and <c>IS NOT</c> (SQLite), <c>IS DISTINCT FROM</c>,
/// <c>IS NOT DISTINCT FROM</c>, <c>AT TIME ZONE</c>, <c>OVERLAPS</c>, <c>OPERATOR(…)</c>.
/// </param>
/// <param name="Left">The left operand.</param>
/// <param name="Right">The right operand.</param>
internal sealed record BinaryExpression(string Operator, Expression Left, Expression Right) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Left, Right];
}

/// <summary><c>IS [NOT] NULL</c>, <c>TRUE</c>, <c>FALSE</c>, <c>UNKNOWN</c> and rarer tests.</summary>
/// <param name="Operand">What is tested.</param>
/// <param name="Test">In capitals.</param>
/// <param name="Negated">With NOT.</param>
internal sealed record IsExpression(Expression Operand, string Test, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand];
}

/// <summary>A comparison with a pattern.</summary>
/// <param name="Operator"><c>LIKE</c>, <c>ILIKE</c>, <c>SIMILAR TO</c>, <c>GLOB</c>, <c>REGEXP</c>, <c>MATCH</c>.</param>
/// <param name="Operand">What is compared.</param>
/// <param name="Pattern">The pattern.</param>
/// <param name="Escape">ESCAPE's character.</param>
/// <param name="Negated">With NOT.</param>
internal sealed record PatternExpression(string Operator, Expression Operand, Expression Pattern, Expression? Escape, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Pattern, Escape);
}

/// <summary><c>x [NOT] BETWEEN a AND b</c>.</summary>
internal sealed record BetweenExpression(Expression Operand, Expression Low, Expression High, bool Negated) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand, Low, High];
}

/// <summary>CASE.</summary>
internal sealed record CaseExpression(Expression? Operand, IReadOnlyList<CaseBranch> Branches, Expression? Else) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Branches, Else);
}

/// <summary><c>WHEN a THEN b</c>.</summary>
internal sealed record CaseBranch(Expression When, Expression Then) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [When, Then];
}

/// <summary><c>CAST(x AS t)</c> or <c>x::t</c>.</summary>
internal sealed record CastExpression(Expression Operand, TypeName Type) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand, Type];
}

/// <summary><c>x COLLATE c</c>.</summary>
internal sealed record CollateExpression(Expression Operand, ObjectName Collation) : Expression
{
    public override IEnumerable<SyntaxNode> Children => [Operand, Collation];
}

/// <summary>A row of values: <c>(a, b)</c>, <c>ROW(a)</c>. One in plain parentheses is just that one.</summary>
internal sealed record RowExpression(IReadOnlyList<Expression> Items) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Items;
}

/// <summary>PostgreSQL: <c>ARRAY[a, b]</c>.</summary>
internal sealed record ArrayExpression(IReadOnlyList<Expression> Items) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Items;
}

/// <summary>PostgreSQL: <c>a[1]</c>, <c>a[1:2]</c>.</summary>
internal sealed record SubscriptExpression(Expression Operand, Expression? From, Expression? To) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, From, To);
}

/// <summary>PostgreSQL: <c>(x).field</c>; <c>(x).*</c> with a null field.</summary>
internal sealed record FieldExpression(Expression Operand, Identifier? Field) : Expression
{
    public override IEnumerable<SyntaxNode> Children => Row(Operand, Field);
}
