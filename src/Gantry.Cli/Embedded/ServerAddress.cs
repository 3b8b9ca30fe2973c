using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Cli.Embedded;

/// <summary>What a running server says of itself in <c>server.json</c>.</summary>
internal sealed record ServerAddress(string Url, int Pid, string Build, string Version)
{
    /// <summary>The address in the file; null when there is none.</summary>
    public static ServerAddress? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EmbeddedJson.Default.ServerAddress);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerAddress))]
internal sealed partial class EmbeddedJson : JsonSerializerContext;
