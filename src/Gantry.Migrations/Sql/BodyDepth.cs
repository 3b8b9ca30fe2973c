namespace Gantry.Migrations.Sql;

/// <summary>How deep inside a statement the splitter is: whether a semicolon here ends it, or only a statement in its body.</summary>
internal struct BodyDepth(Dialect dialect)
{
    private int _parentheses;
    private int _begins;
    private bool _trigger;
    private bool _routine;

    /// <summary>Takes the token that was added last into account.</summary>
    public void Take(List<Token> tokens)
    {
        var token = tokens[^1];
        if (tokens.Count <= 4)
            LookAtHead(tokens);
        if (dialect == Dialect.Postgres)
        {
            if (token.IsMark("("))
                _parentheses++;
            else if (token.IsMark(")") && _parentheses > 0)
                _parentheses--;
            else if (_routine)
                CountBlocks(token);
        }
    }

    /// <summary>Whether a semicolon behind these tokens ends the statement.</summary>
    // A trigger of SQLite ends at "; END ;", which is how SQLite itself tells.
    public readonly bool EndsHere(List<Token> tokens) =>
        _parentheses == 0 && _begins == 0
        && (!_trigger || !HasBody(tokens) || tokens.Count > 1 && tokens[^1].Is("END") && tokens[^2].IsMark(";"));

    // Before its BEGIN, a semicolon can only come from a statement that is not whole: it must not swallow the rest of the script.
    private static bool HasBody(List<Token> tokens) => tokens.Exists(static token => token.Is("BEGIN"));

    private void LookAtHead(List<Token> tokens)
    {
        if (!tokens[0].Is("CREATE"))
            return;
        var last = tokens[^1];
        if (dialect == Dialect.Sqlite)
            _trigger |= last.Is("TRIGGER") && (tokens.Count == 2 || tokens.Count == 3 && (tokens[1].Is("TEMP") || tokens[1].Is("TEMPORARY")));
        else
            _routine |= (last.Is("FUNCTION") || last.Is("PROCEDURE")) && (tokens.Count == 2 || tokens.Count == 4 && tokens[1].Is("OR") && tokens[2].Is("REPLACE"));
    }

    private void CountBlocks(Token token)
    {
        if (token.Is("BEGIN") || _begins > 0 && token.Is("CASE"))
            _begins++;
        else if (_begins > 0 && token.Is("END"))
            _begins--;
    }
}
