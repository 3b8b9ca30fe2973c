namespace Gantry.Model.Configurations.Reading;

// Both spellings of a configuration, YAML and JSON, become this tree, and one reader binds it to the records. So a value
// means the same in a file and over HTTP, and every problem knows its place.

/// <summary>A piece of a configuration.</summary>
/// <param name="Line">From 1; 0 for JSON.</param>
/// <param name="Column">From 1; 0 for JSON.</param>
internal abstract record Node(int Line, int Column)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>
/// A single value, as it was written. The text is kept rather than a typed value, because YAML's guesses lose what people
/// mean: <c>3.10</c> is a version and no number, <c>22:22</c> is a port mapping and not 1342.
/// </summary>
/// <param name="Text">The raw text.</param>
/// <param name="IsPlain">Whether it was written without quotes (JSON: a number or a boolean), and so may be a boolean.</param>
/// <param name="Line">From 1; 0 for JSON.</param>
/// <param name="Column">From 1; 0 for JSON.</param>
internal sealed record ScalarNode(string Text, bool IsPlain, int Line, int Column) : Node(Line, Column)
{
    public override string Kind => "a single value";

    /// <summary>The boolean that it reads as: <c>true</c>, <c>yes</c>, <c>on</c> and their opposites; null for anything else.</summary>
    public bool? Flag => Text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };
}

/// <summary>No value: <c>null</c>, <c>~</c> or nothing after the key.</summary>
internal sealed record NullNode(int Line, int Column) : Node(Line, Column)
{
    public override string Kind => "nothing";
}

/// <summary>A list.</summary>
internal sealed record SequenceNode(IReadOnlyList<Node> Items, int Line, int Column) : Node(Line, Column)
{
    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order written; keys are unique.</summary>
internal sealed record MappingNode(IReadOnlyList<(ScalarNode Key, Node Value)> Entries, int Line, int Column) : Node(Line, Column)
{
    public override string Kind => "a mapping";

    public Node? this[string key]
    {
        get
        {
            foreach (var (name, value) in Entries)
            {
                if (name.Text == key)
                    return value;
            }
            return null;
        }
    }
}
