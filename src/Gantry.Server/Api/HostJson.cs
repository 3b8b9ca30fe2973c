using System.Buffers;
using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Agents;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>What a listing says of a job's host: the same for each job there, so that it is written once a reply.</summary>
/// <param name="Provisioning">The value of <c>job_provisioning_data</c>, in UTF-8.</param>
/// <param name="Runtime">The value of <c>job_runtime_data</c>, in UTF-8.</param>
internal sealed record HostJson(byte[] Provisioning, byte[] Runtime)
{
    /// <summary>Of a host whose agent has said hello.</summary>
    public static HostJson Of(InstanceRow instance)
    {
        var facts = HostViews.Facts(instance);
        return new HostJson(Write(json => WriteProvisioning(json, instance, facts)), Write(json => WriteRuntime(json, facts)));
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Bodies.WriterOptions))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteProvisioning(Utf8JsonWriter json, InstanceRow instance, HostFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("backend", "remote");
        json.WriteNull("base_backend");
        json.WritePropertyName("instance_type");
        JsonSerializer.Serialize(json, new InstanceType(instance.Name, HostViews.Resources(facts)), ApiJson.Default.InstanceType);
        json.WriteString("instance_id", instance.Id);
        json.WriteString("hostname", facts.Hostname);
        json.WriteString("internal_ip", facts.InternalIp);
        json.WriteBoolean("public_ip_enabled", true);
        json.WriteNull("instance_network");
        json.WriteString("region", "remote");
        json.WriteNull("availability_zone");
        json.WriteNull("reservation");
        json.WriteNumber("price", 0.0);
        json.WriteString("username", facts.Username);
        json.WriteNull("ssh_port");
        json.WriteBoolean("dockerized", false);
        json.WriteNull("ssh_proxy");
        json.WriteNull("backend_data");
        json.WriteNull("gpu_driver");
        json.WriteEndObject();
    }

    private static void WriteRuntime(Utf8JsonWriter json, HostFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("network_mode", "host");
        json.WriteNull("gpu");
        json.WriteNull("cpu");
        json.WriteNull("memory");
        json.WriteStartObject("ports");
        json.WriteEndObject();
        json.WriteStartArray("volume_names");
        json.WriteEndArray();
        json.WriteNull("offer");
        json.WriteNull("working_dir");
        json.WriteString("username", facts.Username);
        json.WriteEndObject();
    }
}
