using System.Reflection;

namespace Gantry.Server.Hosting;

/// <summary>Which build this is: the text of <c>build-id</c> beside the executable, else the assembly's own id.</summary>
internal static class BuildInfo
{
    /// <summary>dstack's API that is served; its clients compare their version with it.</summary>
    public const string ApiVersion = "0.21.2";

    public static string Version { get; } = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public static string Build { get; } = ReadBuild();

    /// <summary>Whether the build has a stamp that its agent shares: in a build tree there is none, and nothing to compare.</summary>
    public static bool IsStamped => File.Exists(StampPath);

    private static string StampPath => Path.Combine(AppContext.BaseDirectory, "build-id");

    private static string ReadBuild() =>
        IsStamped ? File.ReadAllText(StampPath).Trim() : typeof(BuildInfo).Assembly.ManifestModule.ModuleVersionId.ToString("N");
}
