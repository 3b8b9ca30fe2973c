namespace Gantry.Migrations.Sql.Syntax;

/// <summary>One name.</summary>
/// <param name="Text">Without quotes, as the engine keeps it: on PostgreSQL in lower case unless it was quoted.</param>
/// <param name="Quoted">Whether it was quoted.</param>
internal sealed record Identifier(string Text, bool Quoted) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [];

    public override string ToString() => Text;
}

/// <summary>A name of a table, a type, a function…, with what qualifies it.</summary>
/// <param name="Parts">In order; at least one.</param>
internal sealed record ObjectName(IReadOnlyList<Identifier> Parts) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => Parts;

    /// <summary>The name itself.</summary>
    public string Last => Parts[^1].Text;

    /// <summary>As a schema lists it: the engine's default schema (<c>public</c>, <c>main</c>) is left out.</summary>
    public string Full => Parts.Count == 1 || Parts.Count == 2 && IsDefault(Parts[0].Text) ? Last : string.Join('.', Parts.Select(part => part.Text));

    // temp too: a temporary table stands in front of the one that it hides.
    private static bool IsDefault(string schema) => schema is "public" or "pg_temp" || schema.Equals("main", StringComparison.OrdinalIgnoreCase) || schema.Equals("temp", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Full;
}

/// <summary>A type.</summary>
/// <param name="Name">Normalised: lower case, without length, PostgreSQL's short names replaced (<c>int8</c> by <c>bigint</c>). Empty where SQLite has none.</param>
/// <param name="Text">As written.</param>
/// <param name="Array">PostgreSQL: an array of it.</param>
/// <param name="SetOf">PostgreSQL: many of it, as a function returns them.</param>
internal sealed record TypeName(string Name, string Text, bool Array = false, bool SetOf = false) : SyntaxNode
{
    public override IEnumerable<SyntaxNode> Children => [];
}
