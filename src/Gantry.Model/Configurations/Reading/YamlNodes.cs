using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gantry.Model.Configurations.Reading;

/// <summary>
/// Turns YAML into nodes with positions. Only parser events are used: nothing of YAML's types, so nothing can be constructed
/// from a file but text. Anchors, aliases and merge keys (<c>&lt;&lt;</c>) work, and cannot blow up: see <see cref="MaxNodes"/>.
/// </summary>
internal sealed class YamlNodes
{
    /// <summary>Deepest nesting. The language itself needs six levels; deeper ones would only cost stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>
    /// Most nodes of a file, with each alias counted as all that it stands for: a few lines of nested aliases can stand for
    /// billions of nodes, which would be walked one by one later.
    /// </summary>
    public const int MaxNodes = 50_000;

    private const string Core = "tag:yaml.org,2002:";

    private readonly Parser parser;
    private readonly ProblemList problems;
    private readonly Dictionary<string, (Node Node, int Size)> anchors = new(StringComparer.Ordinal);
    private int size;

    private YamlNodes(string text, ProblemList problems)
    {
        parser = new Parser(new StringReader(text));
        this.problems = problems;
    }

    /// <summary>The root of the only document; null after reporting why there is none.</summary>
    public static Node? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlNodes(text, problems).Document();
        }
        catch (YamlException error)
        {
            var (line, column, message) = YamlMistake.Of(error, text);
            problems.Add(line, column, "", "is not valid YAML: " + message);
            return null;
        }
        catch (Refusal error)
        {
            problems.Add(error.Line, error.Column, "", error.Message);
            return null;
        }
    }

    private Node? Document()
    {
        Advance();
        Advance();
        if (parser.Current is StreamEnd or null)
        {
            problems.Add(1, 1, "", "the file is empty");
            return null;
        }
        Advance();
        var root = Value("", 0);
        Advance();
        if (Advance() && parser.Current is DocumentStart { Start: var start })
        {
            problems.Add((int)start.Line, (int)start.Column, "", "a second document starts here: a file holds one configuration");
            return null;
        }
        return root;
    }

    /// <summary>Reads the node at the current event, leaving the parser at its last event.</summary>
    private Node Value(string path, int depth)
    {
        var current = parser.Current!;
        var (line, column) = ((int)current.Start.Line, (int)current.Start.Column);
        if (depth > MaxDepth)
            throw new Refusal(line, column, $"is nested more than {MaxDepth} levels deep");
        var sizeBefore = size;
        Grow(1, line, column);
        if (current is AnchorAlias alias)
            return Anchored(alias, line, column);
        var node = current switch
        {
            Scalar scalar => Single(scalar, path, line, column),
            SequenceStart => Sequence(path, depth, line, column),
            MappingStart => Mapping(path, depth, line, column),
            _ => throw new Refusal(line, column, "is not understood"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
            anchors[anchored.Anchor.Value] = (node, size - sizeBefore);
        if (current is NodeEvent { Tag.IsEmpty: false } tagged && current is not Scalar)
            CheckTag(tagged, path, line, column);
        return node;
    }

    private Node Single(Scalar scalar, string path, int line, int column)
    {
        CheckTag(scalar, path, line, column);
        var isText = scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == Core + "str");
        return !isText && scalar.Value is "" or "~" or "null" or "Null" or "NULL"
            ? new NullNode(line, column)
            : new ScalarNode(scalar.Value, !isText, line, column);
    }

    private SequenceNode Sequence(string path, int depth, int line, int column)
    {
        var items = new List<Node>();
        while (Advance() && parser.Current is not SequenceEnd)
            items.Add(Value($"{path}[{items.Count}]", depth + 1));
        return new SequenceNode(items, line, column);
    }

    private MappingNode Mapping(string path, int depth, int line, int column)
    {
        var entries = new List<(ScalarNode Key, Node Value)>();
        var merged = new List<(ScalarNode Key, Node Value)>();
        while (Advance() && parser.Current is not MappingEnd)
        {
            var key = Value(path, depth + 1);
            var keyPath = key is ScalarNode { Text: var text } ? path.Length == 0 ? text : $"{path}.{text}" : path;
            Advance();
            var value = Value(keyPath, depth + 1);
            if (key is ScalarNode { Text: "<<", IsPlain: true })
                Merge(value, keyPath, merged);
            else if (key is not ScalarNode name)
                problems.Add(key, path, $"a key must be text, not {key.Kind}");
            else if (entries.Find(entry => entry.Key.Text == name.Text).Key is { } first)
                problems.Add(key, keyPath, $"the key is given twice; it stands first in line {first.Line}");
            else
                entries.Add((name, value));
        }
        foreach (var entry in merged)
        {
            if (!entries.Exists(own => own.Key.Text == entry.Key.Text))
                entries.Add(entry);
        }
        return new MappingNode(entries, line, column);
    }

    private void Merge(Node value, string path, List<(ScalarNode Key, Node Value)> merged)
    {
        if (value is MappingNode mapping)
            merged.AddRange(mapping.Entries);
        else if (value is SequenceNode { Items: var items } && items.All(item => item is MappingNode))
            merged.AddRange(items.Cast<MappingNode>().SelectMany(item => item.Entries));
        else
            problems.Add(value, path, $"must be a mapping or a list of mappings, not {value.Kind}");
    }

    private Node Anchored(AnchorAlias alias, int line, int column)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var anchored))
            throw new Refusal(line, column, $"there is no anchor \"{alias.Value.Value}\" above");
        Grow(anchored.Size, line, column);
        return anchored.Node;
    }

    private bool Advance()
    {
        try
        {
            return parser.MoveNext();
        }
        // The scanner meets some broken files with exceptions of its own state instead of a YamlException.
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            var end = parser.Current?.End ?? Mark.Empty;
            throw new Refusal((int)end.Line, (int)end.Column, "is not valid YAML: it cannot be read from here on");
        }
    }

    // An alias is counted with everything that it stands for, and a size never overflows because it is checked at each step.
    private void Grow(int by, int line, int column)
    {
        size += by;
        if (size > MaxNodes)
            throw new Refusal(line, column, $"the file holds more than {MaxNodes} values, with its aliases followed");
    }

    private void CheckTag(NodeEvent node, string path, int line, int column)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
            return;
        if (node.Tag.Value is not (Core + "str" or Core + "int" or Core + "float" or Core + "bool" or Core + "null" or Core + "seq" or Core + "map"))
            problems.Add(line, column, path, $"the tag {node.Tag.Value} is not known here");
    }

    private sealed class Refusal(int line, int column, string message) : Exception(message)
    {
        public int Line { get; } = line;
        public int Column { get; } = column;
    }
}
