using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>
/// The keys of one mapping, read one after the other. Each read marks its key as known; <see cref="NoOthers"/> then reports
/// every key that nobody read. A key without a value counts as left out.
/// </summary>
internal sealed class Fields(MappingNode node, string path, ProblemList problems)
{
    private readonly List<string> known = [];

    /// <summary>The mapping itself, for problems of the whole.</summary>
    public MappingNode Node => node;
    /// <summary>Where it stands; empty for the root.</summary>
    public string Path => path;
    /// <summary>Where problems go.</summary>
    public ProblemList Problems => problems;

    /// <summary>The path of a key of this mapping.</summary>
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The value of a key, also when it is null; nothing when the key is absent.</summary>
    public Node? FindOrNull(string key)
    {
        if (!known.Contains(key))
            known.Add(key);
        return node[key];
    }

    /// <summary>The value of a key; nothing when it is absent or null.</summary>
    public Node? Find(string key) => FindOrNull(key) is { } value and not NullNode ? value : null;

    /// <summary>Text, as it was written.</summary>
    public string? Text(string key) => Find(key) is { } value ? Scalars.Text(value, PathOf(key), problems) : null;

    /// <summary>Text that must be there.</summary>
    public string RequiredText(string key)
    {
        if (Find(key) is { } value)
            return Scalars.Text(value, PathOf(key), problems) ?? "";
        problems.Add(node, PathOf(key), "is missing");
        return "";
    }

    /// <summary>true or false.</summary>
    public bool? Flag(string key) => Find(key) is { } value ? Scalars.Flag(value, PathOf(key), problems) : null;

    /// <summary>A whole number between two ends.</summary>
    public int? Integer(string key, int min, int max) =>
        Scalar<int>(key, text => WholeNumber.Parse(text, min, max), max == int.MaxValue ? $"a whole number from {min}" : $"a whole number from {min} to {max}");

    /// <summary>A value with a short form.</summary>
    public T? Scalar<T>(string key, Func<string, Parsed<T>> parse, string allowed) where T : struct =>
        Find(key) is { } value ? Scalars.Scalar(value, PathOf(key), problems, parse, allowed) : null;

    /// <summary>One of an enum's names.</summary>
    public TEnum? Choice<TEnum>(string key) where TEnum : struct, Enum =>
        Find(key) is { } value ? Scalars.Choice<TEnum>(value, PathOf(key), problems) : null;

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string key) => List(key, Scalars.Text);

    /// <summary>A list; items with problems are left out of it.</summary>
    public IReadOnlyList<T>? List<T>(string key, Func<Node, string, ProblemList, T?> item) where T : class
    {
        if (Find(key) is not { } value)
            return null;
        if (value is not SequenceNode sequence)
        {
            problems.Add(value, PathOf(key), $"must be a list, not {value.Kind}");
            return null;
        }
        var items = new List<T>(sequence.Items.Count);
        for (var index = 0; index < sequence.Items.Count; index++)
        {
            if (item(sequence.Items[index], $"{PathOf(key)}[{index}]", problems) is { } bound)
                items.Add(bound);
        }
        return items;
    }

    /// <summary>Reports that two keys exclude each other.</summary>
    public void Conflict(string key, string other, string? why = null) =>
        problems.Add(node[key] ?? node, PathOf(key), $"cannot be used together with {PathOf(other)}{(why is null ? "" : ": " + why)}");

    /// <summary>Reports every key that was not read, with the nearest that is known.</summary>
    public void NoOthers()
    {
        foreach (var (key, _) in node.Entries)
        {
            if (known.Contains(key.Text))
                continue;
            var suggestion = Nearest.To(key.Text, known);
            problems.Add(key, PathOf(key.Text), "is not a known key", suggestion is null ? string.Join(", ", known) : null, suggestion: suggestion);
        }
    }
}
