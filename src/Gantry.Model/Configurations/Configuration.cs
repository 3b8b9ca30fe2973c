using System.Text.Json.Serialization;

namespace Gantry.Model.Configurations;

/// <summary>What a person applies: the parsed content of one <c>.dstack.yml</c>. A <see cref="RunConfiguration"/>, a <see cref="FleetConfiguration"/> or a <see cref="VolumeConfiguration"/>.</summary>
[JsonConverter(typeof(ConfigurationJson))]
public abstract record Configuration
{
    /// <summary>The configuration's <c>type</c>: <c>task</c>, <c>dev-environment</c>, <c>fleet</c>, <c>volume</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The resource's name, or null to let the server choose one.</summary>
    public string? Name { get; init; }
}
