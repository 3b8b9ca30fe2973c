using System.Text.Json;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes the settings that a profile and a run configuration share, in dstack's order.</summary>
internal static class ProfileFieldsWriter
{
    public static void Write(Utf8JsonWriter json, IProfileParameters profile)
    {
        json.Texts("backends", profile.Backends);
        json.Texts("regions", profile.Regions);
        json.Texts("availability_zones", profile.AvailabilityZones);
        json.Texts("instance_types", profile.InstanceTypes);
        json.Text("reservation", profile.Reservation);
        json.Choice("spot_policy", profile.SpotPolicy);
        Retry(json, profile.Retry);
        OrOff(json, "max_duration", profile.MaxDuration);
        OrOff(json, "stop_duration", profile.StopDuration);
        json.Real("max_price", profile.MaxPrice);
        json.Choice("creation_policy", profile.CreationPolicy);
        // Unlike the other two, dstack writes this one's "off" as -1.
        json.Integer("idle_duration", profile.IdleDuration is { } idle ? idle.Duration is { } time ? WireWriter.Seconds(time) : -1 : null);
        json.Object("utilization_policy", profile.UtilizationPolicy, PartsWriter.Utilization);
        json.Choice("startup_order", profile.StartupOrder);
        json.Choice("stop_criteria", profile.StopCriteria);
        json.Object("schedule", profile.Schedule, Schedule);
        json.Texts("fleets", profile.Fleets);
        json.List("instances", profile.Instances, PartsWriter.Instance);
        json.Object("tags", profile.Tags, Tags);
        json.WriteNull("backend_options");
    }

    private static void OrOff(Utf8JsonWriter json, string key, DurationOrOff? duration)
    {
        if (duration is { IsOff: true })
            json.WriteString(key, "off");
        else
            json.Integer(key, duration?.Duration is { } time ? WireWriter.Seconds(time) : null);
    }

    public static void Retry(Utf8JsonWriter json, RetrySpec? retry)
    {
        if (retry is null or { Enabled: not null })
        {
            json.Flag("retry", retry?.Enabled);
            return;
        }
        json.WriteStartObject("retry");
        json.Texts("on_events", retry.OnEvents?.Select(WireName.Of));
        json.Integer("duration", retry.Duration is { } time ? WireWriter.Seconds(time) : null);
        json.WriteEndObject();
    }

    private static void Schedule(Utf8JsonWriter json, ScheduleSpec schedule)
    {
        json.WriteStartObject();
        if (schedule is { IsList: false, Cron: [var cron] })
            json.WriteString("cron", cron);
        else
            json.Texts("cron", schedule.Cron);
        json.WriteEndObject();
    }

    public static void Tags(Utf8JsonWriter json, IReadOnlyDictionary<string, string> tags)
    {
        json.WriteStartObject();
        foreach (var (key, value) in tags)
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}
