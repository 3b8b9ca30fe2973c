using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads what every configuration has that can be run.</summary>
internal static class RunReader
{
    private static readonly string[] Pythons = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];

    /// <summary>A configuration with what its type has of its own, with the rest. No key may be left then.</summary>
    public static T Read<T>(Fields fields, T own) where T : RunConfiguration
    {
        var problems = fields.Problems;
        fields.FindOrNull("type");
        var shared = ProfileFields.Read(fields);
        RunConfiguration run = own;
        run = run with
        {
            Name = Name(fields),
            Ports = fields.List("ports", Parts.Port) ?? [],
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
        Together(fields, run);
        return (T)run;
    }

    /// <summary>What excludes or needs each other.</summary>
    private static void Together(Fields fields, RunConfiguration run)
    {
        if (run.Image is not null)
        {
            if (run.Python is not null)
                fields.Conflict("python", "image", "the image brings its own");
            if (run.Nvcc == true)
                fields.Conflict("nvcc", "image", "the image brings its own");
            if (run.Docker == true)
                fields.Conflict("docker", "image");
        }
        if (run.Docker == true)
        {
            if (run.Python is not null)
                fields.Conflict("python", "docker");
            if (run.Nvcc == true)
                fields.Conflict("nvcc", "docker");
        }
        if (run.Repos.Count > 1)
            fields.Problems.Add(fields.Find("repos")!, fields.PathOf("repos"), $"names {run.Repos.Count} repos, and a run can have one");
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
