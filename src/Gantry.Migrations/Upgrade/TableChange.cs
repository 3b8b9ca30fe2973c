using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>One action of an ALTER TABLE that SQLite does not know, or one that it does.</summary>
internal abstract record TableChange
{
    private TableChange()
    {
    }

    /// <summary>SQLite knows it: the action's words.</summary>
    public sealed record Native(string Action) : TableChange;

    /// <summary><c>ALTER COLUMN c SET NOT NULL</c> or <c>DROP NOT NULL</c>.</summary>
    public sealed record NotNull(string Column, bool Set) : TableChange;

    /// <summary><c>ALTER COLUMN c SET DEFAULT e</c>; null for <c>DROP DEFAULT</c>.</summary>
    public sealed record Default(string Column, string? Expression) : TableChange;

    /// <summary><c>ALTER COLUMN c TYPE t [USING e]</c>.</summary>
    public sealed record Type(string Column, string Name, string? Using) : TableChange;

    /// <summary><c>ADD CONSTRAINT …</c>, as it is written.</summary>
    public sealed record AddConstraint(string Definition) : TableChange;

    /// <summary><c>DROP CONSTRAINT n</c>.</summary>
    public sealed record DropConstraint(string Name, bool IfExists) : TableChange;

    /// <summary>Nothing to do on SQLite: <c>VALIDATE CONSTRAINT n</c>.</summary>
    public sealed record Nothing : TableChange;

    /// <summary>The actions of an ALTER TABLE; null when the statement is another one.</summary>
    /// <param name="statement">Read with either engine's rules.</param>
    /// <param name="table">The table's name, as written.</param>
    public static IReadOnlyList<TableChange>? Read(StatementText statement, out string table)
    {
        table = "";
        if (!statement.StartsWith("ALTER", "TABLE"))
            return null;
        var tokens = statement.Tokens.ToList();
        var at = 2;
        if (tokens[at].Is("IF"))
            at += 2;
        if (tokens[at].Is("ONLY"))
            at++;
        var first = at;
        while (tokens[at + 1].IsMark("."))
            at += 2;
        table = Text(statement, tokens[first], tokens[at]);
        return [.. Split(tokens, at + 1).Select(action => One(statement, action))];
    }

    private static TableChange One(StatementText statement, List<Token> action)
    {
        var at = 0;
        bool Next(params ReadOnlySpan<string> words)
        {
            for (var i = 0; i < words.Length; i++)
                if (at + i >= action.Count || !action[at + i].Is(words[i]))
                    return false;
            at += words.Length;
            return true;
        }
        string Rest(int from, int? to = null) => Text(statement, action[from], action[(to ?? action.Count) - 1]);

        if (Next("ALTER"))
        {
            Next("COLUMN");
            var column = action[at++].Value;
            if (Next("SET", "NOT", "NULL"))
                return new NotNull(column, Set: true);
            if (Next("DROP", "NOT", "NULL"))
                return new NotNull(column, Set: false);
            if (Next("DROP", "DEFAULT"))
                return new Default(column, null);
            if (Next("SET", "DEFAULT"))
                return new Default(column, Rest(at));
            if (Next("TYPE") || Next("SET", "DATA", "TYPE"))
            {
                var used = action.FindIndex(token => token.Is("USING"));
                return new Type(column, Rest(at, used < 0 ? null : used), used < 0 ? null : Rest(used + 1));
            }
        }
        else if (Next("VALIDATE"))
            return new Nothing();
        else if (action[0].Is("ADD") && (action[1].Is("CONSTRAINT") || action[1].Is("CHECK") || action[1].Is("UNIQUE") || action[1].Is("PRIMARY") || action[1].Is("FOREIGN")))
        {
            var notValid = action.FindIndex(token => token.Is("VALID"));
            return new AddConstraint(Rest(1, notValid < 0 ? null : notValid - 1));
        }
        else if (Next("DROP", "CONSTRAINT"))
        {
            var ifExists = Next("IF", "EXISTS");
            return new DropConstraint(action[at].Value, ifExists);
        }
        return new Native(Rest(0));
    }

    // At the commas outside parentheses.
    private static IEnumerable<List<Token>> Split(List<Token> tokens, int from)
    {
        var action = new List<Token>();
        var depth = 0;
        foreach (var token in tokens.Skip(from))
        {
            depth += token.IsMark("(") ? 1 : token.IsMark(")") ? -1 : 0;
            if (token.Kind == TokenKind.End || depth == 0 && token.IsMark(","))
            {
                if (action.Count > 0)
                    yield return action;
                action = [];
            }
            else
                action.Add(token);
        }
    }

    private static string Text(StatementText statement, Token first, Token last) => statement.Source.Text[first.Span.Start..last.Span.End];
}
