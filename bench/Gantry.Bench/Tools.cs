namespace Gantry.Bench;

/// <summary>Programs of this machine.</summary>
internal static class Tools
{
    /// <summary>Whether a program is there.</summary>
    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));
}
