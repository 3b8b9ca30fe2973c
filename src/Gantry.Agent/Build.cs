using System.Reflection;

namespace Gantry.Agent;

/// <summary>Which build of the agent this is.</summary>
internal static class Build
{
    /// <summary>The text of the <c>build-id</c> file beside the executable, else the module's version id.</summary>
    public static string Id { get; } = ReadId();

    /// <summary>The product's version.</summary>
    public static string Version { get; } =
        typeof(Build).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    private static string ReadId()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "build-id");
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : typeof(Build).Module.ModuleVersionId.ToString();
    }
}
