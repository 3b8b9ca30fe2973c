using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>
/// Reads <c>resources</c>. A value that equals dstack's default counts as left out: dstack's CLI always sends the defaults,
/// and cannot tell a configuration that asks for them from one that says nothing.
/// </summary>
internal static class ResourcesReader
{
    private const string SizesAllowed = "a size or a range of sizes such as 24GB, 24GB.., 24GB..80GB or ..80GB (a plain number is GB)";
    private const string CountsAllowed = "a whole number or a range such as 2, 2..8, 2.. or ..8";

    /// <summary>What a configuration that says nothing asks of a fleet: 8 GB of memory or more.</summary>
    public static Range<double> DefaultMemory { get; } = new(8, null);

    /// <summary>What a configuration that says nothing asks of a fleet: 100 GB of disk or more.</summary>
    public static Range<double> DefaultDisk { get; } = new(100, null);

    /// <summary>Any disk will do: an explicit <c>disk: null</c>.</summary>
    private static readonly Range<double> AnyDisk = new(0, null);

    public static ResourcesSpec? Read(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var spec = new ResourcesSpec
        {
            Cpu = fields.Find("cpu") is { } cpu ? Cpu(cpu, fields.PathOf("cpu"), problems) : null,
            Memory = Sizes(fields, "memory") is { } memory && memory != DefaultMemory ? memory : null,
            ShmSize = fields.Scalar("shm_size", MemorySize.Parse, MemorySize.Allowed),
            Gpu = fields.Find("gpu") is { } gpu ? Gpu(gpu, fields.PathOf("gpu"), problems) : null,
            Disk = Disk(fields) is { } disk && disk != DefaultDisk ? disk : null,
        };
        fields.NoOthers();
        return spec;
    }

    private static CpuSpec? Cpu(Node node, string path, ProblemList problems)
    {
        var cpu = node switch
        {
            ScalarNode scalar => Scalars.Form(scalar, path, problems, CpuSpecText.Parse, CpuSpecText.Allowed),
            MappingNode mapping when mapping["min"] is not null || mapping["max"] is not null =>
                Range(node, path, problems, WholeNumber.ParseCount, CountsAllowed) is { } range ? new CpuSpec(null, range) : null,
            _ => Long(),
        };
        return cpu == CpuSpecText.Default ? null : cpu;

        CpuSpec? Long()
        {
            if (Parts.Mapping(node, path, problems) is not { } fields)
                return null;
            var arch = fields.Choice<CpuArchitecture>("arch");
            var count = Counts(fields, "count");
            fields.NoOthers();
            return new CpuSpec(arch, count ?? CpuSpecText.Default.Count);
        }
    }

    private static GpuSpec? Gpu(Node node, string path, ProblemList problems)
    {
        var gpu = node is ScalarNode scalar ? Scalars.Form(scalar, path, problems, GpuSpecText.Parse, GpuSpecText.Allowed) : Long();
        return gpu == GpuSpecText.Default ? null : gpu;

        GpuSpec? Long()
        {
            if (Parts.Mapping(node, path, problems) is not { } fields)
                return null;
            var spec = new GpuSpec
            {
                Vendor = fields.Scalar("vendor", ParseVendor, "nvidia, amd, google (or tpu), intel, tenstorrent (or tt)"),
                Names = GpuNames(fields),
                Count = Counts(fields, "count") ?? new GpuSpec().Count,
                Memory = Sizes(fields, "memory"),
                TotalMemory = Sizes(fields, "total_memory"),
                ComputeCapability = Capability(fields),
            };
            fields.NoOthers();
            return spec;
        }
    }

    private static IReadOnlyList<string>? GpuNames(Fields fields)
    {
        var names = fields.Find("name") is ScalarNode one ? one.Text.Split(',', StringSplitOptions.TrimEntries) : fields.Texts("name");
        if (names is null || fields.Find("name") is not { } node)
            return null;
        foreach (var name in names.Where(name => !GpuSpecText.IsName(name)))
            Scalars.Wrong(new ScalarNode(name, false, node.Line, node.Column), fields.PathOf("name"), fields.Problems, "is not a name of a GPU", "names such as H100 or A10G");
        return names.Count == 0 ? null : names;
    }

    private static (int, int)? Capability(Fields fields)
    {
        if (fields.Find("compute_capability") is not SequenceNode list)
            return fields.Scalar("compute_capability", ComputeCapability.Parse, ComputeCapability.Allowed);
        if (list.Items is [ScalarNode major, ScalarNode minor] && ComputeCapability.Parse($"{major.Text}.{minor.Text}") is { Ok: true, Value: var value })
            return value;
        fields.Problems.Add(list, fields.PathOf("compute_capability"), "is not a compute capability", ComputeCapability.Allowed);
        return null;
    }

    private static Range<double>? Disk(Fields fields) => fields.FindOrNull("disk") switch
    {
        null => null,
        NullNode => AnyDisk,
        MappingNode mapping when mapping["size"] is not null => DiskObject(mapping, fields),
        _ => Sizes(fields, "disk"),
    };

    private static Range<double>? DiskObject(MappingNode mapping, Fields fields)
    {
        var disk = new Fields(mapping, fields.PathOf("disk"), fields.Problems);
        var size = Sizes(disk, "size");
        disk.NoOthers();
        return size;
    }

    private static Range<double>? Sizes(Fields fields, string key) =>
        fields.Find(key) is { } node ? Range(node, fields.PathOf(key), fields.Problems, MemorySize.Parse, SizesAllowed) : null;

    private static Range<int>? Counts(Fields fields, string key) =>
        fields.Find(key) is { } node ? Range(node, fields.PathOf(key), fields.Problems, WholeNumber.ParseCount, CountsAllowed) : null;

    private static Range<T>? Range<T>(Node node, string path, ProblemList problems, Func<string, Parsed<T>> end, string allowed)
        where T : struct, IComparable<T>
    {
        if (node is not MappingNode mapping)
            return Scalars.Scalar(node, path, problems, text => RangeText.Parse(text, end), allowed);
        var fields = new Fields(mapping, path, problems);
        var before = problems.Count;
        var min = fields.Scalar("min", end, allowed);
        var max = fields.Scalar("max", end, allowed);
        fields.NoOthers();
        if (problems.Count > before)
            return null;
        var range = RangeText.Between(min, max);
        if (range.Ok)
            return range.Value;
        problems.Add(node, path, range.Error, allowed);
        return null;
    }

    private static Parsed<GpuVendor> ParseVendor(string text) =>
        GpuSpecText.ParseVendor(text) is { } vendor ? Parsed.Ok(vendor) : Parsed.Error<GpuVendor>("is not a vendor of GPUs");
}
