using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>The parts of a run configuration that have a short and a long form.</summary>
internal static class Parts
{
    /// <summary>The keys of a mapping; null after reporting that it is none.</summary>
    public static Fields? Mapping(Node node, string path, ProblemList problems)
    {
        if (node is MappingNode mapping)
            return new Fields(mapping, path, problems);
        problems.Add(node, path, $"must be a mapping, not {node.Kind}");
        return null;
    }

    /// <summary>A port: <c>8501</c>, <c>80:8501</c>, <c>*:8501</c>, or the long form.</summary>
    public static PortMapping? Port(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode scalar)
            return Scalars.Form(scalar, path, problems, PortMappingText.Parse, PortMappingText.Allowed);
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var local = fields.Integer("local_port", 1, 65535);
        var container = fields.Integer("container_port", 1, 65535);
        if (fields.Find("container_port") is null)
            problems.Add(node, fields.PathOf("container_port"), "is missing", "a port from 1 to 65535");
        fields.NoOthers();
        return container is { } port ? new PortMapping(local, port) : null;
    }

    /// <summary>A mount: <c>name:/path</c>, <c>/host/path:/path</c>, or the long forms.</summary>
    public static MountPoint? Mount(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode scalar)
            return Scalars.Form(scalar, path, problems, MountPointText.Parse, MountPointText.Allowed);
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var target = fields.RequiredText("path");
        var isVolume = fields.Find("instance_path") is null && fields.Find("optional") is null;
        if (target.Length > 0 && !MountPointText.IsAbsolute(target) && !(isVolume && MountPointText.IsInside(target)))
            Scalars.Wrong(fields.Find("path")!, fields.PathOf("path"), problems, "is not an absolute path", $"a path that starts with /{(isVolume ? ", or ./path in the working directory" : "")}");
        MountPoint mount = isVolume ? NetworkVolume(fields, target) : HostDirectory(fields, target);
        fields.NoOthers();
        return mount;
    }

    private static VolumeMountPoint NetworkVolume(Fields fields, string target)
    {
        var names = fields.Find("name") is SequenceNode ? fields.Texts("name")! : [fields.RequiredText("name")];
        if (names.Count == 0)
            fields.Problems.Add(fields.Find("name")!, fields.PathOf("name"), "is an empty list", "one or more names of volumes");
        return new VolumeMountPoint { Names = names, IsList = fields.Find("name") is SequenceNode, Path = target };
    }

    private static InstanceMountPoint HostDirectory(Fields fields, string target)
    {
        if (fields.Find("name") is not null)
            fields.Conflict("name", "instance_path", "a mount is either a volume or a directory of the host");
        var source = fields.RequiredText("instance_path");
        if (source.Length > 0 && !MountPointText.IsAbsolute(source))
            Scalars.Wrong(fields.Find("instance_path")!, fields.PathOf("instance_path"), fields.Problems, "is not an absolute path", "a path that starts with /");
        return new InstanceMountPoint { InstancePath = source, Path = target, Optional = fields.Flag("optional") ?? false };
    }

    /// <summary>A file: <c>local</c>, <c>local:path</c>, or the long form.</summary>
    public static FilePathMapping? File(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode scalar)
            return Scalars.Form(scalar, path, problems, FilePathText.Parse, FilePathText.Allowed);
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var mapping = new FilePathMapping(fields.RequiredText("local_path"), fields.RequiredText("path"));
        fields.NoOthers();
        return mapping;
    }

    /// <summary>A repo: <c>.</c>, <c>..:/repo</c>, <c>https://host/repo:path</c>, or the long form.</summary>
    public static RepoSpec? Repo(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode scalar)
            return Scalars.Form(scalar, path, problems, RepoText.Parse, RepoText.Allowed);
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var repo = new RepoSpec
        {
            LocalPath = fields.Text("local_path"),
            Url = fields.Text("url"),
            Branch = fields.Text("branch"),
            Hash = fields.Text("hash"),
            Path = fields.Text("path") ?? ".",
            IfExists = fields.Choice<RepoExistsAction>("if_exists") ?? RepoExistsAction.Error,
        };
        fields.NoOthers();
        if (repo is { LocalPath: null, Url: null })
            problems.Add(node, path, "needs a local_path or a url");
        if (repo is { LocalPath: not null, Url: not null })
            fields.Conflict("url", "local_path");
        return repo;
    }

    /// <summary>The credentials of a registry. Their values are never repeated in a problem.</summary>
    public static RegistryAuth? Registry(Node node, string path, ProblemList problems)
    {
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var auth = new RegistryAuth(fields.RequiredText("username"), fields.RequiredText("password"));
        fields.NoOthers();
        return auth;
    }

    /// <summary>A group of nodes.</summary>
    public static NodeGroup? Group(Node node, string path, ProblemList problems)
    {
        if (Mapping(node, path, problems) is not { } fields)
            return null;
        var group = new NodeGroup
        {
            Name = fields.Text("name"),
            Nodes = fields.Integer("nodes", 1, int.MaxValue) ?? 1,
            Resources = fields.Find("resources") is { } resources
                ? ResourcesReader.Read(resources, fields.PathOf("resources"), problems) ?? ResourcesSpec.Default
                : ResourcesSpec.Default,
            Commands = fields.Texts("commands") ?? [],
            Ports = fields.List("ports", Port) ?? [],
        };
        fields.NoOthers();
        return group;
    }
}
