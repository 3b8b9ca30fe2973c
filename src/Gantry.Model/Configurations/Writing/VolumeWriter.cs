using System.Text.Json;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes a volume in dstack's order: the keys of its backend, and Gantry's own only where they are used, since dstack's clients know neither them nor the backend.</summary>
internal static class VolumeWriter
{
    public static void Write(Utf8JsonWriter json, VolumeConfiguration volume)
    {
        json.WriteStartObject();
        json.WriteString("type", volume.Type);
        json.WriteString("backend", volume.Backend);
        json.Text("name", volume.Name);
        json.Real("size", volume.Size);
        json.Integer("auto_cleanup_duration", volume.AutoCleanupDuration is { } after ? after.Duration is { } time ? WireWriter.Seconds(time) : -1 : null);
        json.Object("tags", volume.Tags, ProfileFieldsWriter.Tags);
        if (volume.Backend != "kubernetes")
            json.Text("volume_id", volume.VolumeId);
        json.WriteString("region", volume.Region);
        if (volume.Backend == "kubernetes")
        {
            json.Text("claim_name", volume.ClaimName);
            json.Text("storage_class_name", volume.StorageClassName);
            json.Texts("access_modes", volume.AccessModes ?? ["ReadWriteOnce"]);
            json.WriteBoolean("read_only", volume.ReadOnly ?? false);
        }
        else if (volume.Backend != "runpod" || volume.AvailabilityZone is not null)
        {
            json.Text("availability_zone", volume.AvailabilityZone);
        }
        foreach (var (key, value) in new[] { ("fleet", volume.Fleet), ("instance", volume.Instance), ("path", volume.Path), ("access", volume.Access is { } access ? WireName.Of(access) : null) })
        {
            if (value is not null)
                json.WriteString(key, value);
        }
        json.WriteEndObject();
    }
}
