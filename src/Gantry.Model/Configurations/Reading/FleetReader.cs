using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>type: fleet</c>.</summary>
internal static class FleetReader
{
    private const string NodesAllowed = "a number such as 2, a range such as 0..2, or min, target and max";

    /// <summary>What only a fleet of cloud instances can have.</summary>
    private static readonly string[] CloudOnly =
        ["nodes", "reservation", "resources", "backends", "regions", "availability_zones", "instance_types", "spot_policy", "retry", "max_price", "idle_duration", "tags"];

    public static FleetConfiguration Read(Fields fields)
    {
        var problems = fields.Problems;
        fields.FindOrNull("type");
        ProfileFields.RefuseBackendOptions(fields);
        var fleet = new FleetConfiguration
        {
            Name = Name(fields),
            Placement = fields.Choice<InstancePlacement>("placement"),
            // One block is what leaving it out means.
            Blocks = fields.Scalar("blocks", BlockCount.Parse, BlockCount.Allowed) is { Count: not 1 } blocks ? blocks : null,
            SshConfig = fields.Find("ssh_config") is { } ssh ? SshReader.Config(ssh, fields.PathOf("ssh_config"), problems) : null,
            Env = fields.Find("env") is { } env ? EnvReader.Read(env, fields.PathOf("env"), problems) ?? EnvironmentVariables.Empty : EnvironmentVariables.Empty,
            ProcessUser = SshReader.Word(fields, "process_user", "is not the name of a user"),
            Nodes = fields.Find("nodes") is { } nodes ? Nodes(nodes, fields.PathOf("nodes"), problems) : null,
            Reservation = fields.Text("reservation"),
            Resources = fields.Find("resources") is { } resources ? ResourcesReader.Read(resources, fields.PathOf("resources"), problems) : null,
            Backends = fields.List("backends", ProfileFields.Backend),
            Regions = fields.Texts("regions"),
            AvailabilityZones = fields.Texts("availability_zones"),
            InstanceTypes = fields.Texts("instance_types"),
            SpotPolicy = fields.Choice<SpotPolicy>("spot_policy"),
            Retry = fields.Find("retry") is { } retry ? ProfileFields.ReadRetry(retry, fields.PathOf("retry"), problems) : null,
            MaxPrice = fields.Scalar("max_price", PriceText.Parse, PriceText.Allowed),
            IdleDuration = ProfileFields.DurationOrOff(fields, "idle_duration"),
            Tags = ProfileFields.Tag(fields),
        };
        fields.NoOthers();
        if (fields.Find("ssh_config") is not null)
        {
            foreach (var key in CloudOnly.Where(key => fields.Find(key) is not null))
                fields.Conflict(key, "ssh_config", "hosts of one's own are what they are");
        }
        else if (fields.Find("nodes") is null)
        {
            problems.Add(fields.Node, fields.PathOf("ssh_config"), "is missing", "user, identity_file and hosts; a fleet of cloud instances has nodes instead");
        }
        return fleet;
    }

    private static string? Name(Fields fields)
    {
        if (fields.Text("name") is not { } name || RunName.IsValid(name))
            return fields.Text("name");
        Scalars.Wrong(fields.Find("name")!, fields.PathOf("name"), fields.Problems, "is not a name of a fleet", RunName.Allowed);
        return null;
    }

    private static FleetNodes? Nodes(Node node, string path, ProblemList problems)
    {
        if (node is not MappingNode)
            return Scalars.Scalar(node, path, problems, RangeText.ParseCounts, NodesAllowed) is { } range ? new FleetNodes(range.Min ?? 0, range.Min ?? 0, range.Max) : null;
        var fields = Parts.Mapping(node, path, problems)!;
        var min = fields.Integer("min", 0, int.MaxValue) ?? 0;
        var target = fields.Integer("target", 0, int.MaxValue) ?? min;
        var max = fields.Integer("max", 0, int.MaxValue);
        fields.NoOthers();
        if (target < min || target > max || min > max)
            problems.Add(node, path, "is not in order: min, target, max", NodesAllowed);
        return new FleetNodes(min, target, max);
    }
}
