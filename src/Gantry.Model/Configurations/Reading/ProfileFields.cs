using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Reading;

/// <summary>The settings that a profile and a run configuration share.</summary>
internal sealed record ProfileFields
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(5);

    public IReadOnlyList<string>? Backends { get; init; }
    public IReadOnlyList<string>? Regions { get; init; }
    public IReadOnlyList<string>? AvailabilityZones { get; init; }
    public IReadOnlyList<string>? InstanceTypes { get; init; }
    public string? Reservation { get; init; }
    public SpotPolicy? SpotPolicy { get; init; }
    public RetrySpec? Retry { get; init; }
    public DurationOrOff? MaxDuration { get; init; }
    public DurationOrOff? StopDuration { get; init; }
    public double? MaxPrice { get; init; }
    public CreationPolicy? CreationPolicy { get; init; }
    public DurationOrOff? IdleDuration { get; init; }
    public UtilizationPolicy? UtilizationPolicy { get; init; }
    public StartupOrder? StartupOrder { get; init; }
    public StopCriteria? StopCriteria { get; init; }
    public ScheduleSpec? Schedule { get; init; }
    public IReadOnlyList<string>? Fleets { get; init; }
    public IReadOnlyList<InstanceSelector>? Instances { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public static ProfileFields Read(Fields fields)
    {
        RefuseBackendOptions(fields);
        return new ProfileFields
        {
            Backends = fields.List("backends", Backend),
            Regions = fields.Texts("regions"),
            AvailabilityZones = fields.Texts("availability_zones"),
            InstanceTypes = fields.Texts("instance_types"),
            Reservation = fields.Text("reservation"),
            SpotPolicy = fields.Choice<SpotPolicy>("spot_policy"),
            Retry = fields.Find("retry") is { } retry ? ReadRetry(retry, fields.PathOf("retry"), fields.Problems) : null,
            MaxDuration = DurationOrOff(fields, "max_duration"),
            StopDuration = DurationOrOff(fields, "stop_duration"),
            MaxPrice = fields.Scalar("max_price", PriceText.Parse, PriceText.Allowed),
            CreationPolicy = fields.Choice<CreationPolicy>("creation_policy"),
            IdleDuration = DurationOrOff(fields, "idle_duration"),
            UtilizationPolicy = fields.Find("utilization_policy") is { } policy
                ? ReadUtilization(policy, fields.PathOf("utilization_policy"), fields.Problems)
                : null,
            StartupOrder = fields.Choice<StartupOrder>("startup_order"),
            StopCriteria = fields.Choice<StopCriteria>("stop_criteria"),
            Schedule = fields.Find("schedule") is { } schedule ? ReadSchedule(schedule, fields.PathOf("schedule"), fields.Problems) : null,
            Fleets = fields.List("fleets", References.Fleet),
            Instances = fields.List("instances", References.Instance),
            Tags = Tag(fields),
        };
    }

    // Options of one marketplace. Nothing here could act on them, and accepting them would ignore them in silence.
    public static void RefuseBackendOptions(Fields fields)
    {
        if (fields.Find("backend_options") is { } options and not SequenceNode { Items.Count: 0 })
            fields.Problems.Add(options, fields.PathOf("backend_options"), "is not supported yet by this version of Gantry");
    }

    public static string? Backend(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode { Text: var text } && BackendNames.All.Contains(text))
            return text;
        Scalars.NotOneOf(node, path, problems, BackendNames.All);
        return null;
    }

    /// <summary><c>off</c> and <c>false</c> are no limit; <c>true</c> is the default, as if left out.</summary>
    public static DurationOrOff? DurationOrOff(Fields fields, string key)
    {
        if (fields.Find(key) is ScalarNode { IsPlain: true, Flag: { } flag })
            return flag ? null : Model.Values.DurationOrOff.Off;
        return fields.Scalar(key, DurationText.ParseOrOff, DurationText.AllowedOrOff);
    }

    public static RetrySpec? ReadRetry(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode)
            return Scalars.Flag(node, path, problems) is { } enabled ? new RetrySpec { Enabled = enabled } : null;
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var retry = new RetrySpec
        {
            OnEvents = fields.Find("on_events") is SequenceNode { Items: var events }
                ? [.. events.Select((item, index) => Scalars.Choice<RetryEvent>(item, $"{path}.on_events[{index}]", problems)).OfType<RetryEvent>().Distinct()]
                : fields.List<object>("on_events", (_, _, _) => null) is null ? null : [],
            Duration = fields.Scalar("duration", DurationText.Parse, DurationText.Allowed),
        };
        fields.NoOthers();
        return retry;
    }

    public static UtilizationPolicy? ReadUtilization(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        foreach (var key in (string[])["min_gpu_utilization", "time_window"])
        {
            if (fields.Find(key) is null)
                problems.Add(node, fields.PathOf(key), "is missing");
        }
        var percent = fields.Integer("min_gpu_utilization", 0, 100);
        var window = fields.Scalar("time_window", Window, DurationText.Allowed + ", of 5m or more");
        fields.NoOthers();
        return percent is { } min && window is { } time ? new UtilizationPolicy(min, time) : null;

        static Parsed<TimeSpan> Window(string text) => DurationText.Parse(text).Then(duration =>
            duration < ShortestWindow ? Parsed.Error<TimeSpan>("is shorter than 5m") : Parsed.Ok(duration));
    }

    private static ScheduleSpec? ReadSchedule(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        if (fields.Find("cron") is not { } cron)
        {
            problems.Add(node, fields.PathOf("cron"), "is missing", CronExpression.Allowed);
            fields.NoOthers();
            return null;
        }
        var isList = cron is SequenceNode;
        var expressions = isList ? fields.List("cron", Expression)! : Expression(cron, fields.PathOf("cron"), problems) is { } one ? [one] : [];
        if (cron is SequenceNode { Items.Count: 0 })
            problems.Add(cron, fields.PathOf("cron"), "is an empty list", CronExpression.Allowed);
        fields.NoOthers();
        return new ScheduleSpec(expressions, isList);
    }

    private static string? Expression(Node node, string path, ProblemList problems)
    {
        if (Scalars.Text(node, path, problems) is not { } text)
            return null;
        if (CronExpression.Parse(text) is { Ok: false, Error: var error })
        {
            Scalars.Wrong(node, path, problems, error, CronExpression.Allowed);
            return null;
        }
        return text;
    }

    public static Dictionary<string, string>? Tag(Fields fields)
    {
        if (fields.Find("tags") is not { } node || Parts.Mapping(node, fields.PathOf("tags"), fields.Problems) is not { } tags)
            return null;
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags.Node.Entries)
        {
            if (Scalars.Text(value, tags.PathOf(key.Text), fields.Problems) is { } text)
                result[key.Text] = text;
        }
        return result;
    }
}
