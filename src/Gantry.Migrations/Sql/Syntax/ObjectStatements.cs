namespace Gantry.Migrations.Sql.Syntax;

/// <summary>CREATE INDEX.</summary>
internal sealed record CreateIndexStatement(ObjectName? Name, TableReference Table, IReadOnlyList<IndexPart> Parts) : Statement
{
    /// <summary>UNIQUE.</summary>
    public bool Unique { get; init; }

    /// <summary>PostgreSQL: CONCURRENTLY.</summary>
    public bool Concurrently { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>PostgreSQL: USING, in lower case; null for btree.</summary>
    public string? Method { get; init; }

    /// <summary>PostgreSQL: INCLUDE.</summary>
    public IReadOnlyList<Identifier> Include { get; init; } = [];

    /// <summary>PostgreSQL 15: NULLS NOT DISTINCT.</summary>
    public bool NullsNotDistinct { get; init; }

    /// <summary>WHERE of a partial index.</summary>
    public Expression? Where { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Name, Table, Parts, Include, Where);
}

/// <summary>One part of an index or a key.</summary>
/// <param name="Value">A <see cref="ColumnReference"/> for a column; any other expression otherwise.</param>
/// <param name="Collation">COLLATE.</param>
/// <param name="Descending">DESC.</param>
internal sealed record IndexPart(Expression Value, ObjectName? Collation, bool Descending) : SyntaxNode
{
    /// <summary>PostgreSQL: the operator class; null for the type's own.</summary>
    public ObjectName? OperatorClass { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Value, Collation, OperatorClass);
}

/// <summary>CREATE VIEW, CREATE MATERIALIZED VIEW.</summary>
internal sealed record CreateViewStatement(ObjectName Name, IReadOnlyList<Identifier> Columns, Query Query) : Statement
{
    /// <summary>OR REPLACE.</summary>
    public bool OrReplace { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>PostgreSQL: MATERIALIZED.</summary>
    public bool Materialized { get; init; }

    public override IEnumerable<SyntaxNode> Children => Row(Name, Columns, Query);
}

/// <summary>DROP.</summary>
/// <param name="Kind">In capitals: <c>TABLE</c>, <c>INDEX</c>, <c>VIEW</c>, <c>MATERIALIZED VIEW</c>, <c>TRIGGER</c>, <c>FUNCTION</c>, <c>TYPE</c>….</param>
/// <param name="Names">What is dropped.</param>
internal sealed record DropStatement(string Kind, IReadOnlyList<ObjectName> Names) : Statement
{
    /// <summary>IF EXISTS.</summary>
    public bool IfExists { get; init; }

    /// <summary>CASCADE.</summary>
    public bool Cascade { get; init; }

    /// <summary>PostgreSQL: CONCURRENTLY.</summary>
    public bool Concurrently { get; init; }

    public override IEnumerable<SyntaxNode> Children => Names;
}

/// <summary>CREATE TRIGGER.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">The table (or view) whose changes it follows.</param>
/// <param name="When">WHEN.</param>
/// <param name="Body">SQLite: its statements. PostgreSQL: none, the body is a function's.</param>
internal sealed record CreateTriggerStatement(ObjectName Name, ObjectName Table, Expression? When, IReadOnlyList<Statement> Body) : Statement
{
    /// <summary>What it follows, in capitals: <c>INSERT</c>, <c>UPDATE</c>, <c>DELETE</c>.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Name, Table, When, Body);
}

/// <summary>PostgreSQL: CREATE FUNCTION, CREATE PROCEDURE.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Returns">What it returns; null for a procedure.</param>
/// <param name="Language">In lower case: <c>sql</c>, <c>plpgsql</c>.</param>
/// <param name="Body">The statements in it; what cannot be read is an <see cref="UnreadStatement"/>.</param>
internal sealed record CreateFunctionStatement(ObjectName Name, TypeName? Returns, string Language, IReadOnlyList<Statement> Body) : Statement
{
    /// <summary>RETURNS SETOF or RETURNS TABLE.</summary>
    public bool ReturnsSet { get; init; }

    /// <summary>IMMUTABLE or STABLE: within a statement it gives the same for the same.</summary>
    public bool Steady { get; init; }

    /// <summary>Its parameters and the variables that its body declares.</summary>
    public IReadOnlyList<Variable> Variables { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Name, Returns, Variables, Body);
}

/// <summary>PostgreSQL: DO.</summary>
internal sealed record DoStatement(string Language, IReadOnlyList<Statement> Body) : Statement
{
    /// <summary>The variables that its body declares.</summary>
    public IReadOnlyList<Variable> Variables { get; init; } = [];

    public override IEnumerable<SyntaxNode> Children => Row(Variables, Body);
}

/// <summary>A parameter of a function or a variable of PL/pgSQL.</summary>
internal sealed record Variable(Identifier Name, TypeName Type) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [Name, Type];
}

/// <summary>PL/pgSQL: an expression that is evaluated: of IF, of an assignment, of RETURN.</summary>
internal sealed record EvaluateStatement(Expression Value) : Statement
{
    public override IEnumerable<SyntaxNode> Children => [Value];
}
