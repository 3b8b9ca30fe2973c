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
            case FleetConfiguration fleet:
                FleetWriter.Write(json, fleet);
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
        json.WriteString("type", task.Type);
        json.Text("name", task.Name);
        json.Text("image", task.Image);
        json.Text("user", task.User);
        json.WriteBoolean("privileged", task.Privileged);
        json.Text("entrypoint", task.Entrypoint);
        json.Text("working_dir", task.WorkingDir);
        json.WriteString("home_dir", task.HomeDir);
        json.Object("registry_auth", task.RegistryAuth, PartsWriter.Registry);
        json.Text("python", task.Python);
        json.Flag("nvcc", task.Nvcc);
        json.Flag("single_branch", task.SingleBranch);
        json.Object("env", task.Env, PartsWriter.Env);
        json.Text("shell", task.Shell);
        json.Object("resources", task.Resources, ResourcesWriter.Write);
        json.Integer("priority", task.Priority);
        json.List("volumes", task.Volumes, PartsWriter.Mount);
        json.Flag("docker", task.Docker);
        json.List("repos", task.Repos, PartsWriter.Repo);
        json.List("files", task.Files, PartsWriter.File);
        json.WriteBoolean("dstack", task.Dstack);
        json.Texts("setup", task.Setup);
        ProfileFieldsWriter.Write(json, task);
        json.WriteEndObject();
    }
}
