using System.Text;
using System.Text.Json;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Turns JSON into nodes. Positions are 0: in a request, only paths mean something.</summary>
internal static class JsonNodes
{
    /// <summary>Reads the value at the reader's token, leaving the reader at its last token.</summary>
    public static Node Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Mapping(ref reader),
        JsonTokenType.StartArray => Sequence(ref reader),
        JsonTokenType.String => new ScalarNode(reader.GetString()!, IsPlain: false, 0, 0),
        JsonTokenType.Number => new ScalarNode(Raw(ref reader), IsPlain: true, 0, 0),
        JsonTokenType.True => new ScalarNode("true", IsPlain: true, 0, 0),
        JsonTokenType.False => new ScalarNode("false", IsPlain: true, 0, 0),
        _ => new NullNode(0, 0),
    };

    private static MappingNode Mapping(ref Utf8JsonReader reader)
    {
        var entries = new List<(ScalarNode, Node)>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!keys.Add(key))
                throw new ConfigurationException([new Problem { Path = key, Message = "the key is given twice" }]);
            reader.Read();
            entries.Add((new ScalarNode(key, IsPlain: false, 0, 0), Read(ref reader)));
        }
        return new MappingNode(entries, 0, 0);
    }

    private static SequenceNode Sequence(ref Utf8JsonReader reader)
    {
        var items = new List<Node>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Read(ref reader));
        return new SequenceNode(items, 0, 0);
    }

    private static string Raw(ref Utf8JsonReader reader) =>
        reader.HasValueSequence ? Encoding.ASCII.GetString(System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence)) : Encoding.ASCII.GetString(reader.ValueSpan);
}
