namespace Gantry.Migrations.Sql.Syntax;

/// <summary>Something in FROM.</summary>
internal abstract record TableSource : SyntaxNode
{
    /// <summary>Its alias.</summary>
    public Identifier? Alias { get; init; }

    /// <summary>New names of its first columns: <c>AS t (a, b)</c>.</summary>
    public IReadOnlyList<Identifier> ColumnAliases { get; init; } = [];
}

/// <summary>A table, a view or a common table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Only">PostgreSQL: ONLY, without the tables that inherit from it.</param>
internal sealed record TableReference(ObjectName Name, bool Only) : TableSource
{
    /// <summary>PostgreSQL: TABLESAMPLE's arguments.</summary>
    public IReadOnlyList<Expression> Sample { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Name, Alias, ColumnAliases, Sample);
}

/// <summary>A query in parentheses.</summary>
internal sealed record QuerySource(Query Query, bool Lateral) : TableSource
{
    public override IEnumerable<SyntaxNode> Children => Row(Query, Alias, ColumnAliases);
}

/// <summary>A function that gives rows, or PostgreSQL's ROWS FROM (…).</summary>
internal sealed record FunctionSource(IReadOnlyList<Expression> Calls, bool Lateral) : TableSource
{
    public override IEnumerable<SyntaxNode> Children => Row(Calls, Alias, ColumnAliases);
}

/// <summary>A join.</summary>
internal sealed record JoinSource(TableSource Left, JoinKind Kind, TableSource Right) : TableSource
{
    /// <summary>NATURAL.</summary>
    public bool Natural { get; init; }

    /// <summary>ON.</summary>
    public Expression? On { get; init; }

    /// <summary>USING.</summary>
    public IReadOnlyList<Identifier> Using { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Left, Right, On, Using, Alias);
}

/// <summary>Which rows without a partner a join keeps.</summary>
internal enum JoinKind
{
    /// <summary>None; also CROSS JOIN.</summary>
    Inner,
    /// <summary>The left side's.</summary>
    Left,
    /// <summary>The right side's.</summary>
    Right,
    /// <summary>Both sides'.</summary>
    Full,
}
