using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>What the scripts of a migration speak of: it decides which tables get rows, and which values are worth trying.</summary>
internal sealed class ScriptWords
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _documents = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _strings = [];
    private readonly List<string> _numbers = [];

    public ScriptWords(IEnumerable<MigrationScript> scripts, Dialect dialect)
    {
        foreach (var statement in scripts.SelectMany(script => StatementSplitter.Split(script.Source, dialect)))
            Take(statement.Tokens);
    }

    public ScriptWords(string expression, Dialect dialect)
    {
        foreach (var statement in StatementSplitter.Split(new SourceText("", expression), dialect))
            Take(statement.Tokens);
    }

    /// <summary>Texts that the scripts name, in order.</summary>
    public IReadOnlyList<string> Strings => _strings;

    /// <summary>Numbers that the scripts name, in order.</summary>
    public IReadOnlyList<string> Numbers => _numbers;

    /// <summary>Whether the scripts hold this name (or keyword) outside strings.</summary>
    public bool Name(string name) => _names.Contains(name[(name.LastIndexOf('.') + 1)..]);

    /// <summary>Whether the scripts take values of a column of this name apart as JSON.</summary>
    public bool ReadsAsJson(string column) => _documents.Contains(column);

    /// <summary>Whether they reach further than their names tell: code, triggers and views touch tables that are not named.</summary>
    public bool ReachesFurther => Name("DO") || Name("CALL") || Name("EXECUTE") || Name("TRIGGER") || Name("FUNCTION");

    /// <summary>Whether they draw values that no two runs share: chance, clocks.</summary>
    public bool IsVolatile => Volatile.Any(Name);

    private static readonly string[] Volatile =
    [
        "random", "randomblob", "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "uuidv7", "now", "current_timestamp", "current_date", "current_time",
        "localtimestamp", "localtime", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "datetime", "strftime", "unixepoch", "julianday", "nextval", "txid_current",
    ];

    private void Take(IReadOnlyList<Token> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.Kind is TokenKind.Word or TokenKind.QuotedName)
                _names.Add(token.Value);
            else if (token.Kind == TokenKind.String && !_strings.Contains(token.Value) && token.Value.Length < 200)
                _strings.Add(token.Value);
            else if (token.Kind == TokenKind.Number && !_numbers.Contains(token.Value))
                _numbers.Add(token.Value);
            // A body in dollar quotes is a script within the script.
            if (token.Kind == TokenKind.String && token.Value.Contains('\n', StringComparison.Ordinal))
                foreach (var word in token.Value.Split([' ', '\n', '\t', '(', ')', ',', ';', '.', '"'], StringSplitOptions.RemoveEmptyEntries))
                    _names.Add(word);
            if (token.Kind == TokenKind.Word && token.Value.StartsWith("json", StringComparison.OrdinalIgnoreCase))
                foreach (var near in tokens.Skip(i - 2 < 0 ? 0 : i - 2).Take(9).Where(near => near.Kind is TokenKind.Word or TokenKind.QuotedName))
                    _documents.Add(near.Value);
            if (i > 0 && token.Kind == TokenKind.Operator && token.Value is "->" or "->>" or "#>" or "#>>")
                _documents.Add(tokens[i - 1].Value);
        }
    }
}
