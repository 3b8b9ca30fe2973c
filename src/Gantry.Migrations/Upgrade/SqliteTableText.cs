using System.Text;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>The text of a table as SQLite keeps it, and the same with a change made to it. Pure.</summary>
internal sealed class SqliteTableText
{
    private static readonly string[] ColumnConstraints = ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];
    private static readonly string[] TableConstraints = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

    private readonly string _text;
    private readonly string _table;
    private readonly List<Token> _tokens;
    private readonly List<Item> _items;
    private readonly int _close;

    private SqliteTableText(string text, string table)
    {
        (_text, _table) = (text, table);
        var source = new SourceText(table, text);
        _tokens = Lexer.ReadAll(source, new SourceSpan(0, text.Length), Dialect.Sqlite);
        (_items, _close) = Items(_tokens);
    }

    /// <summary>The table's text after a change.</summary>
    /// <param name="text">CREATE TABLE, as SQLite keeps it.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="change">What to change.</param>
    /// <param name="why">Why it cannot be changed; null when it was.</param>
    public static string? Change(string text, string table, TableChange change, out string? why)
    {
        why = null;
        var read = new SqliteTableText(text, table);
        try
        {
            return change switch
            {
                TableChange.NotNull { Set: true } set => read.SetNotNull(set.Column),
                TableChange.NotNull drop => read.Without(drop.Column, "NOT"),
                TableChange.Default { Expression: { } value } set => new SqliteTableText(read.Without(set.Column, "DEFAULT"), table).Append(set.Column, $"DEFAULT {Bracketed(value)}"),
                TableChange.Default drop => read.Without(drop.Column, "DEFAULT"),
                TableChange.Type type => read.SetType(type.Column, type.Name),
                TableChange.AddConstraint add => read.Add(add.Definition),
                TableChange.DropConstraint drop => read.DropConstraint(drop),
                _ => text,
            };
        }
        catch (KeyNotFoundException missing)
        {
            why = missing.Message;
            return null;
        }
    }

    /// <summary>The same table under another name.</summary>
    public static string Renamed(string text, string name)
    {
        var tokens = Lexer.ReadAll(new SourceText("", text), new SourceSpan(0, text.Length), Dialect.Sqlite);
        var at = tokens.FindIndex(token => token.Is("TABLE")) + 1;
        return text[..tokens[at].Span.Start] + name + text[tokens[at].Span.End..];
    }

    private string Add(string definition)
    {
        var end = _tokens[_close - 1].Span.End;
        return _text[..end] + ", " + definition + _text[end..];
    }

    private string SetNotNull(string column) => Parts(Column(column)).Any(part => part.Word == "NOT") ? _text : Append(column, "NOT NULL");

    private string Append(string column, string constraint)
    {
        var end = _tokens[Column(column).Last].Span.End;
        return _text[..end] + " " + constraint + _text[end..];
    }

    private string Without(string column, string word) =>
        Parts(Column(column)).FirstOrDefault(part => part.Word == word) is { } part ? Cut(part.First, part.Last) : _text;

    private string SetType(string column, string type)
    {
        var item = Column(column);
        var first = item.First + 1;
        var last = Parts(item).FirstOrDefault() is { } part ? part.First - 1 : item.Last;
        return last < first
            ? _text[.._tokens[item.First].Span.End] + " " + type + _text[_tokens[item.First].Span.End..]
            : _text[.._tokens[first].Span.Start] + type + _text[_tokens[last].Span.End..];
    }

    private string DropConstraint(TableChange.DropConstraint drop)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            var item = _items[i];
            if (item.IsConstraint)
            {
                if (Same(Name(item.First) ?? DefaultName(item), drop.Name))
                    // With the comma before it: a constraint never comes first.
                    return Cut(item.First - 1, item.Last);
                continue;
            }
            foreach (var part in Parts(item))
                if (Same(Name(part.First) ?? DefaultName(item, part), drop.Name))
                    return Cut(part.First, part.Last);
        }
        return drop.IfExists ? _text : throw new KeyNotFoundException($"{_table} has no constraint {drop.Name}.");
    }

    private string? Name(int first) => _tokens[first].Is("CONSTRAINT") ? _tokens[first + 1].Value : null;

    // PostgreSQL's names for constraints that were given none, so that one text serves both engines.
    private string? DefaultName(Item item)
    {
        var columns = new StringBuilder();
        var open = _tokens.FindIndex(item.First, token => token.IsMark("("));
        for (var i = open + 1; i < item.Last && !_tokens[i].IsMark(")"); i++)
            if (_tokens[i].Kind is TokenKind.Word or TokenKind.QuotedName)
                columns.Append('_').Append(_tokens[i].Value);
        return _tokens[item.First].Value.ToUpperInvariant() switch
        {
            "PRIMARY" => $"{_table}_pkey",
            "UNIQUE" => $"{_table}{columns}_key",
            "FOREIGN" => $"{_table}{columns}_fkey",
            "CHECK" => $"{_table}_check",
            _ => null,
        };
    }

    private string? DefaultName(Item item, Part part) => part.Word switch
    {
        "PRIMARY" => $"{_table}_pkey",
        "UNIQUE" => $"{_table}_{_tokens[item.First].Value}_key",
        "REFERENCES" => $"{_table}_{_tokens[item.First].Value}_fkey",
        "CHECK" => $"{_table}_{_tokens[item.First].Value}_check",
        _ => null,
    };

    private string Cut(int first, int last) => _text[.._tokens[first].Span.Start].TrimEnd() + _text[_tokens[last].Span.End..];

    private Item Column(string name)
    {
        foreach (var item in _items)
            if (!item.IsConstraint && Same(_tokens[item.First].Value, name))
                return item;
        throw new KeyNotFoundException($"{_table} has no column {name}.");
    }

    /// <summary>The constraints of a column, with their names and all that belongs to them.</summary>
    private List<Part> Parts(Item item)
    {
        var starts = new List<int>();
        var depth = 0;
        for (var i = item.First + 1; i <= item.Last; i++)
        {
            depth += _tokens[i].IsMark("(") ? 1 : _tokens[i].IsMark(")") ? -1 : 0;
            if (depth == 0 && Starts(i, starts))
                starts.Add(i);
        }
        return [.. starts.Select((start, index) => new Part(Word(start), start, index + 1 < starts.Count ? starts[index + 1] - 1 : item.Last))];
    }

    private bool Starts(int at, List<int> starts)
    {
        if (_tokens[at].Kind != TokenKind.Word || !ColumnConstraints.Contains(_tokens[at].Value.ToUpperInvariant()))
            return false;
        var before = _tokens[at - 1];
        return _tokens[at].Value.ToUpperInvariant() switch
        {
            // NOT NULL; ON DELETE SET NULL; DEFAULT NULL.
            "NULL" => !before.Is("NOT") && !before.Is("SET") && !before.Is("DEFAULT"),
            "DEFAULT" => !before.Is("SET"),
            "NOT" => !_tokens[at + 1].Is("DEFERRABLE"),
            "AS" => !before.Is("ALWAYS"),
            // CONSTRAINT name goes with what follows.
            _ => starts.Count == 0 || !_tokens[starts[^1]].Is("CONSTRAINT") || at > starts[^1] + 2,
        } && (starts.Count == 0 || !_tokens[starts[^1]].Is("CONSTRAINT") || at > starts[^1] + 2);
    }

    private string Word(int start) => _tokens[_tokens[start].Is("CONSTRAINT") ? start + 2 : start].Value.ToUpperInvariant();

    private static (List<Item>, int Close) Items(List<Token> tokens)
    {
        var items = new List<Item>();
        var open = tokens.FindIndex(token => token.IsMark("("));
        var (depth, first) = (1, open + 1);
        var at = open + 1;
        for (; at < tokens.Count; at++)
        {
            depth += tokens[at].IsMark("(") ? 1 : tokens[at].IsMark(")") ? -1 : 0;
            if (depth == 0 || depth == 1 && tokens[at].IsMark(","))
            {
                var constraint = tokens[first].Kind == TokenKind.Word && TableConstraints.Contains(tokens[first].Value.ToUpperInvariant());
                items.Add(new Item(first, at - 1, constraint));
                first = at + 1;
            }
            if (depth == 0)
                break;
        }
        return (items, at);
    }

    private static string Bracketed(string expression) => expression.Length > 0 && (expression[0] == '(' || expression.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.'))
        ? expression : $"({expression})";

    private static bool Same(string? a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private sealed record Item(int First, int Last, bool IsConstraint);

    private sealed record Part(string Word, int First, int Last);
}
