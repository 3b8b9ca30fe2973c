using System.Text.Json;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes configurations and profiles as dstack's server does: every key, in its order, values in their long forms.</summary>
internal static class ConfigurationWriter
{
    public static void Write(Utf8JsonWriter json, Configuration configuration)
    {
        switch (configuration)
        {
            case TaskConfiguration task:
                Task(json, task);
                break;
            case DevEnvironmentConfiguration environment:
                DevEnvironment(json, environment);
                break;
            case FleetConfiguration fleet:
                FleetWriter.Write(json, fleet);
                break;
            case VolumeConfiguration volume:
                VolumeWriter.Write(json, volume);
                break;
            default:
                throw new NotSupportedException($"type: {configuration.Type} has no JSON form");
        }
    }

    public static void Write(Utf8JsonWriter json, Profile profile)
    {
        json.WriteStartObject();
        ProfileFieldsWriter.Write(json, profile);
        json.WriteString("name", profile.Name);
        json.WriteBoolean("default", profile.Default);
        json.WriteEndObject();
    }

    private static void Task(Utf8JsonWriter json, TaskConfiguration task)
    {
        json.WriteStartObject();
        json.Integer("nodes", task.Nodes ?? (task.Groups is null ? 1 : null));
        json.List("groups", task.Groups, PartsWriter.Group);
        json.List("ports", task.Ports, PartsWriter.Port);
        json.Texts("commands", task.Commands);
        Shared(json, task);
        json.WriteEndObject();
    }

    private static void DevEnvironment(Utf8JsonWriter json, DevEnvironmentConfiguration environment)
    {
        json.WriteStartObject();
        json.Choice("ide", environment.Ide);
        json.Text("version", environment.Version);
        json.Texts("init", environment.Init);
        json.Integer("inactivity_duration", environment.InactivityDuration is { } time ? WireWriter.Seconds(time) : null);
        json.List("ports", environment.Ports, PartsWriter.Port);
        Shared(json, environment);
        json.WriteEndObject();
    }

    private static void Shared(Utf8JsonWriter json, RunConfiguration run)
    {
        json.WriteString("type", run.Type);
        json.Text("name", run.Name);
        json.Text("image", run.Image);
        json.Text("user", run.User);
        json.WriteBoolean("privileged", run.Privileged);
        json.Text("entrypoint", run.Entrypoint);
        json.Text("working_dir", run.WorkingDir);
        json.WriteString("home_dir", run.HomeDir);
        json.Object("registry_auth", run.RegistryAuth, PartsWriter.Registry);
        json.Text("python", run.Python);
        json.Flag("nvcc", run.Nvcc);
        json.Flag("single_branch", run.SingleBranch);
        json.Object("env", run.Env, PartsWriter.Env);
        json.Text("shell", run.Shell);
        json.Object("resources", run.Resources, ResourcesWriter.Write);
        json.Integer("priority", run.Priority);
        json.List("volumes", run.Volumes, PartsWriter.Mount);
        json.Flag("docker", run.Docker);
        json.List("repos", run.Repos, PartsWriter.Repo);
        json.List("files", run.Files, PartsWriter.File);
        json.WriteBoolean("dstack", run.Dstack);
        json.Texts("setup", run.Setup);
        ProfileFieldsWriter.Write(json, run);
    }
}
