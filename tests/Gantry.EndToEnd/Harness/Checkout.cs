using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>This repository, and the executables that <c>./gantry</c> builds in it.</summary>
public static class Checkout
{
    private static readonly Lazy<string> LazyBuild = new(Build);

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder that holds the three executables, built from the sources as they are now.</summary>
    public static string BuildFolder => LazyBuild.Value;

    /// <summary>The .NET installation that the executables need.</summary>
    public static string DotnetRoot => File.ReadAllText(Path.Combine(BuildFolder, "dotnet-root")).Trim();

    /// <summary>An example, by its name without <c>.dstack.yml</c>.</summary>
    public static string Example(string name) => Path.Combine(Root, "examples", name + ".dstack.yml");

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gantry.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException($"No Gantry.slnx above {AppContext.BaseDirectory}.");
    }

    private static string Build()
    {
        // Nothing is built when nothing changed; otherwise as a user would build it.
        var start = new ProcessStartInfo(Path.Combine(Root, "gantry"), ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"./gantry --version ended with {process.ExitCode}:\n{output}{error.GetAwaiter().GetResult()}");
        var link = Path.Combine(Root, "artifacts", "gantry");
        return new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link;
    }
}
