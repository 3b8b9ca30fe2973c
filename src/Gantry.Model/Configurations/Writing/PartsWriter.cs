using System.Text.Json;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes the parts of a configuration in their long forms.</summary>
internal static class PartsWriter
{
    public static void Port(Utf8JsonWriter json, PortMapping port)
    {
        json.WriteStartObject();
        json.Integer("local_port", port.LocalPort);
        json.WriteNumber("container_port", port.ContainerPort);
        json.WriteEndObject();
    }

    public static void Mount(Utf8JsonWriter json, MountPoint mount)
    {
        json.WriteStartObject();
        switch (mount)
        {
            case VolumeMountPoint { IsList: false, Names: [var name] }:
                json.WriteString("name", name);
                break;
            case VolumeMountPoint volume:
                json.Texts("name", volume.Names);
                break;
            case InstanceMountPoint instance:
                json.WriteString("instance_path", instance.InstancePath);
                break;
        }
        json.WriteString("path", mount.Path);
        if (mount is InstanceMountPoint { Optional: var optional })
            json.WriteBoolean("optional", optional);
        json.WriteEndObject();
    }

    public static void File(Utf8JsonWriter json, FilePathMapping file)
    {
        json.WriteStartObject();
        json.WriteString("local_path", file.LocalPath);
        json.WriteString("path", file.Path);
        json.WriteEndObject();
    }

    public static void Repo(Utf8JsonWriter json, RepoSpec repo)
    {
        json.WriteStartObject();
        json.Text("local_path", repo.LocalPath);
        json.Text("url", repo.Url);
        json.Text("branch", repo.Branch);
        json.Text("hash", repo.Hash);
        json.WriteString("path", repo.Path);
        json.WriteString("if_exists", WireName.Of(repo.IfExists));
        json.WriteEndObject();
    }

    public static void Registry(Utf8JsonWriter json, RegistryAuth auth)
    {
        json.WriteStartObject();
        json.WriteString("username", auth.Username);
        json.WriteString("password", auth.Password);
        json.WriteEndObject();
    }

    /// <summary>A variable without a value is written as dstack's client does: <c>{"key": NAME}</c>.</summary>
    public static void Env(Utf8JsonWriter json, EnvironmentVariables env)
    {
        json.WriteStartObject();
        foreach (var (name, value) in env)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
                continue;
            }
            json.WriteStartObject(name);
            json.WriteString("key", name);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static void Group(Utf8JsonWriter json, NodeGroup group)
    {
        json.WriteStartObject();
        json.Text("name", group.Name);
        json.WriteNumber("nodes", group.Nodes);
        json.Object("resources", group.Resources, ResourcesWriter.Write);
        json.Texts("commands", group.Commands);
        json.List("ports", group.Ports, Port);
        json.WriteEndObject();
    }

    public static void Instance(Utf8JsonWriter json, InstanceSelector instance)
    {
        json.WriteStartObject();
        if (instance.Name is { } name)
        {
            json.WriteString("name", name);
        }
        else if (instance.Hostname is { } hostname)
        {
            json.WriteString("hostname", hostname);
        }
        else if (instance.Fleet is { } fleet)
        {
            var slash = fleet.IndexOf('/', StringComparison.Ordinal);
            json.WriteStartObject("fleet");
            json.Text("project", slash < 0 ? null : fleet[..slash]);
            json.WriteString("name", fleet[(slash + 1)..]);
            json.WriteEndObject();
            json.Integer("instance", instance.InstanceNum);
        }
        json.WriteEndObject();
    }

    public static void Utilization(Utf8JsonWriter json, UtilizationPolicy policy)
    {
        json.WriteStartObject();
        json.WriteNumber("min_gpu_utilization", policy.MinGpuUtilization);
        json.WriteNumber("time_window", WireWriter.Seconds(policy.TimeWindow));
        json.WriteEndObject();
    }
}
