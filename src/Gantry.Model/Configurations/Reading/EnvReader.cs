using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>
/// Reads <c>env</c>: a list of <c>NAME=value</c> and <c>NAME</c> (the value comes from the environment of whoever applies), or a
/// mapping. Problems name the variable and never repeat its value.
/// </summary>
internal static class EnvReader
{
    private const string NameAllowed = "letters, digits and _, not starting with a digit";

    public static EnvironmentVariables? Read(Node node, string path, ProblemList problems)
    {
        var variables = new OrderedDictionary<string, string?>(StringComparer.Ordinal);
        switch (node)
        {
            case SequenceNode list:
                for (var index = 0; index < list.Items.Count; index++)
                    Item(list.Items[index], $"{path}[{index}]", variables, problems);
                break;
            case MappingNode mapping:
                foreach (var (key, value) in mapping.Entries)
                    Entry(key, value, $"{path}.{key.Text}", variables, problems);
                break;
            default:
                problems.Add(node, path, $"must be a list or a mapping, not {node.Kind}", "a list of NAME=value and NAME, or a mapping of names to values");
                return null;
        }
        return new EnvironmentVariables(variables);
    }

    private static void Item(Node node, string path, OrderedDictionary<string, string?> variables, ProblemList problems)
    {
        if (node is not ScalarNode { Text: var text })
        {
            problems.Add(node, path, $"must be NAME=value or NAME, not {node.Kind}");
            return;
        }
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        Set(node, equals < 0 ? text : text[..equals], equals < 0 ? null : text[(equals + 1)..], path, variables, problems);
    }

    private static void Entry(ScalarNode key, Node value, string path, OrderedDictionary<string, string?> variables, ProblemList problems)
    {
        switch (value)
        {
            case ScalarNode scalar:
                Set(key, key.Text, scalar.Text, path, variables, problems);
                break;
            // What dstack's client sends for a variable without a value: {"NAME": {"key": "NAME"}}.
            case MappingNode { Entries: [({ Text: "key" }, ScalarNode { Text: var name })] } when name == key.Text:
                Set(key, key.Text, null, path, variables, problems);
                break;
            case NullNode:
                problems.Add(value, path, "has no value", $"\"{key.Text}: ''\" for an empty value, or the list form \"- {key.Text}\" to take it from the environment");
                break;
            default:
                problems.Add(value, path, $"must be a single value, not {value.Kind}");
                break;
        }
    }

    private static void Set(Node node, string name, string? value, string path, OrderedDictionary<string, string?> variables, ProblemList problems)
    {
        if (!EnvText.IsName(name))
            problems.Add(node, path, name.Length == 0 ? "has no name" : "is not a name of a variable", NameAllowed);
        else if (value?.Contains('\0', StringComparison.Ordinal) == true)
            problems.Add(node, path, "must not contain a NUL character");
        else
            variables[name] = value;
    }
}
