using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>type: task</c>.</summary>
internal static class TaskReader
{
    private static readonly string[] Pythons = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];

    public static TaskConfiguration Read(Fields fields)
    {
        var problems = fields.Problems;
        fields.FindOrNull("type");
        var shared = ProfileFields.Read(fields);
        var nodes = fields.Integer("nodes", 1, int.MaxValue);
        var task = new TaskConfiguration
        {
            Name = Name(fields),
            // One node is what leaving it out means; so both are the same to whoever compares.
            Nodes = nodes == 1 ? null : nodes,
            Groups = fields.List("groups", Parts.Group),
            Ports = fields.List("ports", Parts.Port) ?? [],
            Commands = fields.Texts("commands") ?? [],
            Image = NotEmpty(fields, "image"),
            User = fields.Text("user"),
            Privileged = fields.Flag("privileged") ?? false,
            Entrypoint = fields.Text("entrypoint"),
            WorkingDir = WorkingDir(fields),
            HomeDir = fields.Text("home_dir") ?? "/root",
            RegistryAuth = fields.Find("registry_auth") is { } auth ? Parts.Registry(auth, fields.PathOf("registry_auth"), problems) : null,
            Python = Python(fields),
            Nvcc = fields.Flag("nvcc"),
            SingleBranch = fields.Flag("single_branch"),
            Env = fields.Find("env") is { } env ? EnvReader.Read(env, fields.PathOf("env"), problems) ?? EnvironmentVariables.Empty : EnvironmentVariables.Empty,
            Shell = Shell(fields),
            Resources = fields.Find("resources") is { } resources
                ? ResourcesReader.Read(resources, fields.PathOf("resources"), problems) ?? ResourcesSpec.Default
                : ResourcesSpec.Default,
            Priority = fields.Integer("priority", 0, 100),
            Volumes = fields.List("volumes", Parts.Mount) ?? [],
            Docker = fields.Flag("docker"),
            Repos = fields.List("repos", Parts.Repo) ?? [],
            Files = fields.List("files", Parts.File) ?? [],
            Dstack = fields.Flag("dstack") ?? false,
            Setup = fields.Texts("setup") ?? [],
            Backends = shared.Backends,
            Regions = shared.Regions,
            AvailabilityZones = shared.AvailabilityZones,
            InstanceTypes = shared.InstanceTypes,
            Reservation = shared.Reservation,
            SpotPolicy = shared.SpotPolicy,
            Retry = shared.Retry,
            MaxDuration = shared.MaxDuration,
            StopDuration = shared.StopDuration,
            MaxPrice = shared.MaxPrice,
            CreationPolicy = shared.CreationPolicy,
            IdleDuration = shared.IdleDuration,
            UtilizationPolicy = shared.UtilizationPolicy,
            StartupOrder = shared.StartupOrder,
            StopCriteria = shared.StopCriteria,
            Schedule = shared.Schedule,
            Fleets = shared.Fleets,
            Instances = shared.Instances,
            Tags = shared.Tags,
        };
        fields.NoOthers();
        Together(fields, task);
        return task;
    }

    /// <summary>What excludes or needs each other.</summary>
    private static void Together(Fields fields, TaskConfiguration task)
    {
        if (task.Image is not null)
        {
            if (task.Python is not null)
                fields.Conflict("python", "image", "the image brings its own");
            if (task.Nvcc == true)
                fields.Conflict("nvcc", "image", "the image brings its own");
            if (task.Docker == true)
                fields.Conflict("docker", "image");
        }
        if (task.Docker == true)
        {
            if (task.Python is not null)
                fields.Conflict("python", "docker");
            if (task.Nvcc == true)
                fields.Conflict("nvcc", "docker");
        }
        if (task.Repos.Count > 1)
            fields.Problems.Add(fields.Find("repos")!, fields.PathOf("repos"), $"names {task.Repos.Count} repos, and a run can have one");
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

    private static string? Name(Fields fields)
    {
        if (fields.Text("name") is not { } name || RunName.IsValid(name))
            return fields.Text("name");
        Scalars.Wrong(fields.Find("name")!, fields.PathOf("name"), fields.Problems, "is not a name of a run", RunName.Allowed);
        return null;
    }

    private static string? NotEmpty(Fields fields, string key)
    {
        var text = fields.Text(key);
        if (text is { Length: 0 })
            fields.Problems.Add(fields.Find(key)!, fields.PathOf(key), "is empty");
        return text;
    }

    private static string? WorkingDir(Fields fields)
    {
        var text = fields.Text("working_dir");
        if (text is not null && !MountPointText.IsAbsolute(text) && text != "~" && !text.StartsWith("~/", StringComparison.Ordinal))
            Scalars.Wrong(fields.Find("working_dir")!, fields.PathOf("working_dir"), fields.Problems, "is not an absolute path", "a path that starts with / or ~/");
        return text;
    }

    private static string? Shell(Fields fields)
    {
        var text = fields.Text("shell");
        if (text is not (null or "sh" or "bash") && !text.StartsWith('/'))
            Scalars.Wrong(fields.Find("shell")!, fields.PathOf("shell"), fields.Problems, "is not a shell", "sh, bash, or an absolute path such as /usr/bin/zsh");
        return text;
    }

    private static string? Python(Fields fields)
    {
        if (fields.Text("python") is not { } text)
            return null;
        // dstack's client reads 3.10 without quotes as a number, and sends 3.1; there never was such a Python in its images.
        if (fields.Find("python") is ScalarNode { IsPlain: true, Text: "3.1" })
            return "3.10";
        if (!Pythons.Contains(text))
            Scalars.Wrong(fields.Find("python")!, fields.PathOf("python"), fields.Problems, "is not a version of Python that can be chosen", string.Join(", ", Pythons));
        return text;
    }
}
