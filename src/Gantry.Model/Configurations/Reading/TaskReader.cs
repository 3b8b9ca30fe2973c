namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>type: task</c>.</summary>
internal static class TaskReader
{
    public static TaskConfiguration Read(Fields fields)
    {
        var nodes = fields.Integer("nodes", 1, int.MaxValue);
        var task = RunReader.Read(fields, new TaskConfiguration
        {
            // One node is what leaving it out means; so both are the same to whoever compares.
            Nodes = nodes == 1 ? null : nodes,
            Groups = fields.List("groups", Parts.Group),
            Commands = fields.Texts("commands") ?? [],
        });
        Together(fields, task);
        return task;
    }

    /// <summary>What excludes or needs each other.</summary>
    private static void Together(Fields fields, TaskConfiguration task)
    {
        if (fields.Find("groups") is { } groups)
            Groups(fields, task, groups);
        else if (task.Commands.Count == 0 && task.Setup.Count == 0 && task.Image is null && fields.Find("commands") is null or SequenceNode { Items.Count: 0 })
            fields.Problems.Add(fields.Find("commands") ?? fields.Node, fields.PathOf("commands"), "is missing", "a list of shell commands; only a task with an image can do without, and then runs what the image starts");
    }

    private static void Groups(Fields fields, TaskConfiguration task, Node groups)
    {
        if (fields.Find("nodes") is not null)
            fields.Conflict("nodes", "groups", "each group says how many nodes it has");
        foreach (var key in (string[])["commands", "ports"])
        {
            if (fields.Find(key) is { } node and not SequenceNode { Items.Count: 0 })
                fields.Conflict(key, "groups", "each group has its own");
        }
        if (task.Entrypoint is not null)
            fields.Conflict("entrypoint", "groups");
        if (groups is not SequenceNode { Items: var items })
            return;
        if (items.Count == 0)
            fields.Problems.Add(groups, fields.PathOf("groups"), "is an empty list");
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is MappingNode mapping && task.Image is null && mapping["commands"] is null or NullNode or SequenceNode { Items.Count: 0 })
                fields.Problems.Add(items[index], $"{fields.PathOf("groups")}[{index}].commands", "is missing", "a list of shell commands");
        }
    }
}
