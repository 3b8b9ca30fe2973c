namespace Gantry.Migrations.Sql.Syntax;

/// <summary>A piece of a statement that was read. Immutable.</summary>
internal abstract record SyntaxNode
{
    /// <summary>Where it stands, in the text that its statement names.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>The pieces directly inside, in the order of the text.</summary>
    public abstract IEnumerable<SyntaxNode> Children { get; }

    /// <summary>This piece and everything inside, outermost first.</summary>
    public IEnumerable<SyntaxNode> All()
    {
        var open = new Stack<SyntaxNode>([this]);
        while (open.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children.Reverse())
                open.Push(child);
        }
    }

    /// <summary>Nodes and lists of nodes in a row; what is null is left out.</summary>
    protected static IEnumerable<SyntaxNode> Row(params object?[] parts)
    {
        foreach (var part in parts)
        {
            if (part is SyntaxNode node)
                yield return node;
            else if (part is IEnumerable<SyntaxNode?> list)
                foreach (var item in list)
                    if (item is not null)
                        yield return item;
        }
    }
}
