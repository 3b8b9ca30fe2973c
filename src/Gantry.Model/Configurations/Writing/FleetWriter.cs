using System.Text.Json;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes a fleet in dstack's order. Gantry's own keys are written only where they are used: dstack's clients refuse what they do not know.</summary>
internal static class FleetWriter
{
    public static void Write(Utf8JsonWriter json, FleetConfiguration fleet)
    {
        json.WriteStartObject();
        json.WriteString("type", fleet.Type);
        json.Text("name", fleet.Name);
        json.Choice("placement", fleet.Placement);
        Blocks(json, fleet.Blocks ?? new BlockCount(1));
        json.Object("nodes", fleet.Nodes, Nodes);
        json.Text("reservation", fleet.Reservation);
        json.Object("resources", fleet.Resources, ResourcesWriter.Write);
        json.Texts("backends", fleet.Backends);
        json.Texts("regions", fleet.Regions);
        json.Texts("availability_zones", fleet.AvailabilityZones);
        json.Texts("instance_types", fleet.InstanceTypes);
        json.Choice("spot_policy", fleet.SpotPolicy);
        ProfileFieldsWriter.Retry(json, fleet.Retry);
        json.Real("max_price", fleet.MaxPrice);
        json.Integer("idle_duration", fleet.IdleDuration is { } idle ? idle.Duration is { } time ? WireWriter.Seconds(time) : -1 : null);
        json.Object("tags", fleet.Tags, ProfileFieldsWriter.Tags);
        json.WriteNull("backend_options");
        json.Object("ssh_config", fleet.SshConfig, Ssh);
        json.Object("env", fleet.Env, PartsWriter.Env);
        if (fleet.ProcessUser is { } user)
            json.WriteString("process_user", user);
        json.WriteEndObject();
    }

    private static void Blocks(Utf8JsonWriter json, BlockCount? blocks)
    {
        if (blocks is { Count: null })
            json.WriteString("blocks", "auto");
        else
            json.Integer("blocks", blocks?.Count);
    }

    // dstack leaves out a target that is the minimum.
    private static void Nodes(Utf8JsonWriter json, FleetNodes nodes)
    {
        json.WriteStartObject();
        json.WriteNumber("min", nodes.Min);
        if (nodes.Target != nodes.Min)
            json.WriteNumber("target", nodes.Target);
        json.Integer("max", nodes.Max);
        json.WriteEndObject();
    }

    private static void Ssh(Utf8JsonWriter json, SshConfig ssh)
    {
        json.WriteStartObject();
        json.Text("user", ssh.User);
        json.Integer("port", ssh.Port);
        json.Text("identity_file", ssh.IdentityFile);
        json.Object("ssh_key", ssh.SshKey, Key);
        json.Object("proxy_jump", ssh.ProxyJump, Proxy);
        json.List("hosts", ssh.Hosts, Host);
        json.Text("network", ssh.Network);
        json.WriteEndObject();
    }

    private static void Host(Utf8JsonWriter json, SshHost host)
    {
        json.WriteStartObject();
        json.WriteString("hostname", host.Hostname);
        json.Integer("port", host.Port);
        json.Text("user", host.User);
        json.Text("identity_file", host.IdentityFile);
        json.Object("proxy_jump", host.ProxyJump, Proxy);
        json.Text("internal_ip", host.InternalIp);
        json.Object("ssh_key", host.SshKey, Key);
        Blocks(json, host.Blocks);
        json.WriteEndObject();
    }

    private static void Proxy(Utf8JsonWriter json, SshProxy proxy)
    {
        json.WriteStartObject();
        json.WriteString("hostname", proxy.Hostname);
        json.Integer("port", proxy.Port);
        json.WriteString("user", proxy.User);
        json.WriteString("identity_file", proxy.IdentityFile);
        json.Object("ssh_key", proxy.SshKey, Key);
        json.WriteEndObject();
    }

    private static void Key(Utf8JsonWriter json, SshKey key)
    {
        json.WriteStartObject();
        json.WriteString("public", key.Public);
        json.Text("private", key.Private);
        json.WriteEndObject();
    }
}
