namespace Gantry.Model.Configurations.Reading;

/// <summary>Binds a tree to a configuration. The one reader for files and for requests.</summary>
internal static class ConfigurationReader
{
    private static readonly string[] Supported = ["task", "dev-environment", "fleet", "volume"];

    // dstack's other types: known by name, so that nobody has to guess whether it is a slip or not built.
    private static readonly string[] NotYet = ["service", "gateway", "endpoint", "preset"];

    public static Configuration? Read(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var type = fields.Find("type");
        if (type is ScalarNode { Text: "task" })
            return TaskReader.Read(fields);
        if (type is ScalarNode { Text: "dev-environment" })
            return DevEnvironmentReader.Read(fields);
        if (type is ScalarNode { Text: "fleet" })
            return FleetReader.Read(fields);
        if (type is ScalarNode { Text: "volume" })
            return VolumeReader.Read(fields);
        if (type is null)
            problems.Add(node, fields.PathOf("type"), "is missing", string.Join(", ", Supported));
        else if (type is ScalarNode { Text: var text } && NotYet.Contains(text))
            problems.Add(type, fields.PathOf("type"), $"type: {text} is not supported yet by this version of Gantry", value: text, allowed: string.Join(", ", Supported));
        else if (type is ScalarNode { Text: var slip })
            problems.Add(type, fields.PathOf("type"), $"\"{slip}\" is not a type of configuration", string.Join(", ", Supported), slip, Nearest.To(slip, [.. Supported, .. NotYet]));
        else
            problems.Add(type, fields.PathOf("type"), $"must be text, not {type.Kind}", string.Join(", ", Supported));
        return null;
    }
}
