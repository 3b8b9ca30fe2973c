namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads a profile: the shared settings with a name.</summary>
internal static class ProfileReader
{
    public static Profile? Read(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var shared = ProfileFields.Read(fields);
        var profile = new Profile
        {
            Name = fields.Text("name") ?? "",
            Default = fields.Flag("default") ?? false,
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
        return profile;
    }
}
