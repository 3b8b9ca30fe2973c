namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A call of a function, an aggregate or a window function.</summary>
/// <param name="Name">The function. Forms with words inside (<c>EXTRACT(x FROM y)</c>) are calls with their expressions as arguments.</param>
/// <param name="Arguments">Its arguments, without those of ORDER BY.</param>
internal sealed record FunctionCall(ObjectName Name, IReadOnlyList<Expression> Arguments) : Expression
{
    /// <summary><c>count(*)</c>.</summary>
    public bool Star { get; init; }

    /// <summary><c>count(DISTINCT x)</c>.</summary>
    public bool Distinct { get; init; }

    /// <summary>ORDER BY inside the parentheses, or of WITHIN GROUP.</summary>
    public IReadOnlyList<OrderItem> OrderBy { get; init; } = [];

    /// <summary>WITHIN GROUP (ORDER BY …).</summary>
    public bool WithinGroup { get; init; }

    /// <summary>FILTER (WHERE …).</summary>
    public Expression? Filter { get; init; }

    /// <summary>OVER: it gives a value for each row, and makes no aggregate of its query.</summary>
    public WindowSpecification? Over { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Name, Arguments, OrderBy, Filter, Over);
}

/// <summary>One item of ORDER BY.</summary>
/// <param name="Value">What is ordered by.</param>
/// <param name="Descending">DESC.</param>
internal sealed record OrderItem(Expression Value, bool Descending) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [Value];
}

/// <summary>A window: its name, or its definition.</summary>
/// <param name="Name">The window that it is, or that it refines.</param>
/// <param name="PartitionBy">PARTITION BY.</param>
/// <param name="OrderBy">ORDER BY.</param>
/// <param name="Bounds">Expressions in the frame's bounds.</param>
internal sealed record WindowSpecification(
    Identifier? Name, IReadOnlyList<Expression> PartitionBy, IReadOnlyList<OrderItem> OrderBy, IReadOnlyList<Expression> Bounds) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Row(Name, PartitionBy, OrderBy, Bounds);
}

/// <summary><c>WINDOW w AS (…)</c>.</summary>
internal sealed record NamedWindow(Identifier Name, WindowSpecification Window) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [Name, Window];
}
