using System.Text.Json;

namespace Gantry.Cli.Embedded;

/// <summary>What a running server says of itself in <c>server.json</c>.</summary>
internal sealed record ServerAddress(string Url, int Pid, string Build, string Version)
{
    /// <summary>The address in the file; null when there is none.</summary>
    public static ServerAddress? Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new ServerAddress(
                root.GetProperty("url").GetString()!, root.GetProperty("pid").GetInt32(), root.GetProperty("build").GetString()!, root.GetProperty("version").GetString()!);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
