using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>type: volume</c>.</summary>
internal static class VolumeReader
{
    private const string PathAllowed = "an absolute path without . and .., such as /mnt/data";

    // What volumes of dstack's backends are called; the last has keys of its own.
    private static readonly string[] Backends = [VolumeConfiguration.Remote, "aws", "gcp", "runpod", "kubernetes"];
    private static readonly string[] KubernetesOnly = ["claim_name", "storage_class_name", "access_modes", "read_only"];

    public static VolumeConfiguration Read(Fields fields)
    {
        fields.FindOrNull("type");
        var backend = fields.Find("backend") is { } node ? Backend(node, fields) : VolumeConfiguration.Remote;
        var isOwn = backend == VolumeConfiguration.Remote;
        var volume = new VolumeConfiguration
        {
            Backend = backend,
            Region = Region(fields, backend),
            Name = Name(fields),
            Size = fields.Scalar("size", Size, MemorySize.Allowed),
            AutoCleanupDuration = ProfileFields.DurationOrOff(fields, "auto_cleanup_duration"),
            Tags = ProfileFields.Tag(fields),
            VolumeId = isOwn ? Path(fields, "volume_id") : fields.Text("volume_id"),
            AvailabilityZone = fields.Text("availability_zone"),
            ClaimName = fields.Text("claim_name"),
            StorageClassName = fields.Text("storage_class_name"),
            AccessModes = fields.Texts("access_modes"),
            ReadOnly = fields.Flag("read_only"),
            Fleet = fields.Find("fleet") is { } fleet ? References.Fleet(fleet, fields.PathOf("fleet"), fields.Problems) : null,
            Instance = fields.Text("instance"),
            Path = Path(fields, "path"),
            Access = fields.Choice<VolumeAccess>("access"),
        };
        fields.NoOthers();
        CheckTogether(fields, volume);
        return volume;
    }

    private static void CheckTogether(Fields fields, VolumeConfiguration volume)
    {
        if (volume.Backend != "kubernetes")
        {
            foreach (var key in KubernetesOnly.Where(key => fields.Find(key) is not null))
                fields.Conflict(key, "backend", "only volumes of Kubernetes have it");
        }
        if (volume.Backend == VolumeConfiguration.Remote && fields.Find("availability_zone") is not null)
            fields.Conflict("availability_zone", "backend", "hosts of one's own have none");
        if (fields.Find("path") is not null && fields.Find("volume_id") is not null)
            fields.Conflict("volume_id", "path", "both name the existing directory");
        if (fields.Find("fleet") is not null && fields.Find("instance") is not null)
            fields.Conflict("instance", "fleet", "an instance is in one fleet");
        if (volume is { Access: VolumeAccess.ReadOnly, Directory: null } && fields.Find("path") is null && fields.Find("volume_id") is null)
            fields.Problems.Add(fields.Find("access")!, fields.PathOf("access"), "read-only needs a path: nobody could ever write to a new directory", "exclusive, shared; or give a path");
    }

    private static string Backend(Node node, Fields fields)
    {
        if (node is ScalarNode { Text: var text } && Backends.Contains(text))
            return text;
        Scalars.NotOneOf(node, fields.PathOf("backend"), fields.Problems, Backends);
        return VolumeConfiguration.Remote;
    }

    private static string Region(Fields fields, string backend)
    {
        var region = fields.Text("region");
        if (backend != VolumeConfiguration.Remote)
        {
            if (region is null && backend != "kubernetes")
                fields.Problems.Add(fields.Node, fields.PathOf("region"), "is missing", "the backend's region");
            return region ?? "";
        }
        if (region is not (null or VolumeConfiguration.Remote))
            Scalars.Wrong(fields.Find("region")!, fields.PathOf("region"), fields.Problems, "is no region of hosts of one's own", $"{VolumeConfiguration.Remote}, or leave it out");
        return VolumeConfiguration.Remote;
    }

    private static string? Name(Fields fields)
    {
        if (fields.Text("name") is not { } name || RunName.IsValid(name))
            return fields.Text("name");
        Scalars.Wrong(fields.Find("name")!, fields.PathOf("name"), fields.Problems, "is not a name of a volume", RunName.Allowed);
        return null;
    }

    private static Parsed<double> Size(string text) =>
        MemorySize.Parse(text).Then(size => size > 0 ? Parsed.Ok(size) : Parsed.Error<double>("is no size for a volume"));

    private static string? Path(Fields fields, string key)
    {
        if (fields.Text(key) is not { } path)
            return null;
        var plain = path.TrimEnd('/');
        if (plain.Length > 1 && plain[0] == '/' && plain[1..].Split('/').All(part => part is not ("" or "." or "..")))
            return plain;
        Scalars.Wrong(fields.Find(key)!, fields.PathOf(key), fields.Problems, path == "/" ? "is all of a host" : "is not the path of a directory", PathAllowed);
        return null;
    }
}
