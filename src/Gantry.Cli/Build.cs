using System.Reflection;

namespace Gantry.Cli;

/// <summary>Which build this is.</summary>
internal static class Build
{
    public static string Version => typeof(Build).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The text of <c>build-id</c> beside the executable, which the server and the agent beside it share; null in a build tree, where
    /// there is nothing to compare.</summary>
    public static string? Id
    {
        get
        {
            var path = Path.Combine(AppContext.BaseDirectory, "build-id");
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
    }
}
