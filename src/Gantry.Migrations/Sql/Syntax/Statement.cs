namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A statement.</summary>
internal abstract record Statement : SyntaxNode
{
    /// <summary>The text that all spans inside are offsets of.</summary>
    public required SourceText Source { get; init; }

    /// <summary>Its words.</summary>
    public string Text => Source.Slice(Span).ToString();

    /// <summary>Line and column of its first word.</summary>
    public SourcePosition Position => Source.At(Span.Start);
}

/// <summary>A statement that the parser could not read. What it does is not known: nothing is proved of it.</summary>
/// <param name="Verb">Its first word in capitals.</param>
/// <param name="Reason">What was not understood, as a clause: <c>"[" is not expected here</c>.</param>
/// <param name="At">Where.</param>
/// <param name="MayChangeRows">Whether it holds a word that changes rows: INSERT, UPDATE, DELETE, MERGE, REPLACE, or a text that is run.</param>
internal sealed record UnreadStatement(string Verb, string Reason, SourcePosition At, bool MayChangeRows) : Statement
{
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>A statement that is known but has no tree of its own: GRANT, SET, VACUUM, COMMENT….</summary>
/// <param name="Verb">Its first words in capitals: <c>GRANT</c>, <c>CREATE EXTENSION</c>.</param>
/// <param name="Name">What it is about, where that is one object.</param>
/// <param name="Expressions">The expressions in it.</param>
internal sealed record OtherStatement(string Verb, ObjectName? Name, IReadOnlyList<Expression> Expressions) : Statement
{
    public override IEnumerable<SyntaxNode> Children => Row(Name, Expressions);
}

/// <summary>BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE and their other names.</summary>
/// <param name="Verb">In capitals.</param>
internal sealed record TransactionStatement(string Verb) : Statement
{
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>PostgreSQL: SET, RESET; SQLite: PRAGMA.</summary>
/// <param name="Verb"><c>SET</c>, <c>RESET</c> or <c>PRAGMA</c>.</param>
/// <param name="Name">The setting, in lower case.</param>
/// <param name="Value">As written; empty when there is none.</param>
internal sealed record SettingStatement(string Verb, string Name, string Value) : Statement
{
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>TRUNCATE.</summary>
internal sealed record TruncateStatement(IReadOnlyList<ObjectName> Tables) : Statement
{
    public override IEnumerable<SyntaxNode> Children => Tables;
}
