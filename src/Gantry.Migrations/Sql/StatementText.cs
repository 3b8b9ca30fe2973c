namespace Gantry.Migrations.Sql;

/// <summary>One statement of a script, cut out but not yet read.</summary>
/// <param name="Source">The script.</param>
/// <param name="Span">From its first token to its last, without the semicolon. Offsets in the whole script.</param>
/// <param name="Tokens">Its tokens, without the semicolon, with a <see cref="TokenKind.End"/> as the last.</param>
internal sealed record StatementText(SourceText Source, SourceSpan Span, IReadOnlyList<Token> Tokens)
{
    /// <summary>Which statement of the stretch, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The statement's words.</summary>
    public string Text => Source.Text.Substring(Span.Start, Span.Length);

    /// <summary>Line and column of its first word.</summary>
    public SourcePosition Position => Source.At(Span.Start);

    /// <summary>Its first word in capitals; empty when it does not begin with one.</summary>
    public string Verb => Tokens[0].Kind == TokenKind.Word ? Tokens[0].Value.ToUpperInvariant() : "";

    /// <summary>A line for the client program, not for the engine: psql's <c>\connect</c>, the SQLite shell's <c>.mode</c>.</summary>
    public bool IsMetaCommand => Tokens[0].Kind == TokenKind.MetaCommand;

    /// <summary>The rows that follow <c>COPY … FROM stdin;</c>, without the <c>\.</c> line; null where there are none.</summary>
    public SourceSpan? CopyData { get; init; }

    /// <summary>Whether its words begin with these.</summary>
    public bool StartsWith(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
            if (i >= Tokens.Count || !Tokens[i].Is(words[i]))
                return false;
        return true;
    }
}
