using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Model.Configurations.Reading;
using Gantry.Model.Configurations.Writing;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

// JSON of the language. Writing gives dstack's output shape; reading takes that and every short form, through the same reader
// as YAML. The types name their converters themselves, so that every JSON context has them: the HTTP API's, the link's, the database's.

/// <summary>Reads through the language's reader. Problems throw one <see cref="ConfigurationException"/> that holds all of them.</summary>
public abstract class NodeJsonConverter<T> : JsonConverter<T> where T : class
{
    /// <inheritdoc/>
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var problems = new ProblemList();
        var value = Bind(JsonNodes.Read(ref reader), problems);
        return problems.Count == 0 && value is not null ? value : throw new ConfigurationException(problems.InOrder());
    }

    private protected abstract T? Bind(Node node, ProblemList problems);
}

/// <summary>JSON of a <see cref="Configuration"/>.</summary>
public sealed class ConfigurationJson : NodeJsonConverter<Configuration>
{
    private protected override Configuration? Bind(Node node, ProblemList problems) => ConfigurationReader.Read(node, "", problems);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Configuration value, JsonSerializerOptions options) => ConfigurationWriter.Write(writer, value);
}

/// <summary>JSON of a <see cref="Profile"/>.</summary>
public sealed class ProfileJson : NodeJsonConverter<Profile>
{
    private protected override Profile? Bind(Node node, ProblemList problems) => ProfileReader.Read(node, "", problems);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Profile value, JsonSerializerOptions options) => ConfigurationWriter.Write(writer, value);
}

/// <summary>JSON of a <see cref="ResourcesSpec"/>.</summary>
public sealed class ResourcesJson : NodeJsonConverter<ResourcesSpec>
{
    private protected override ResourcesSpec? Bind(Node node, ProblemList problems) => ResourcesReader.Read(node, "resources", problems);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ResourcesSpec value, JsonSerializerOptions options) => ResourcesWriter.Write(writer, value);
}

/// <summary>JSON of a <see cref="MountPoint"/>.</summary>
public sealed class MountPointJson : NodeJsonConverter<MountPoint>
{
    private protected override MountPoint? Bind(Node node, ProblemList problems) => Parts.Mount(node, "volumes", problems);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MountPoint value, JsonSerializerOptions options) => PartsWriter.Mount(writer, value);
}

/// <summary>JSON of a <see cref="UtilizationPolicy"/>: its window in seconds.</summary>
public sealed class UtilizationPolicyJson : NodeJsonConverter<UtilizationPolicy>
{
    private protected override UtilizationPolicy? Bind(Node node, ProblemList problems) => ProfileFields.ReadUtilization(node, "utilization_policy", problems);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, UtilizationPolicy value, JsonSerializerOptions options) => PartsWriter.Utilization(writer, value);
}

/// <summary>JSON of a <see cref="RetryEvent"/>: <c>no-capacity</c>, <c>interruption</c>, <c>error</c>.</summary>
public sealed class RetryEventJson() : JsonStringEnumConverter<RetryEvent>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
