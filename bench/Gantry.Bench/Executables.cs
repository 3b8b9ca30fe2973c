using System.Diagnostics;

namespace Gantry.Bench;

/// <summary>The published executables that are measured.</summary>
internal static class Executables
{
    private static readonly Lazy<string> LazyFolder = new(Find);

    /// <summary>Their folder.</summary>
    public static string Folder => LazyFolder.Value;

    /// <summary>Which build they are.</summary>
    public static string Build => File.ReadAllText(Path.Combine(Folder, "build-id")).Trim();

    public static string Cli => Path.Combine(Folder, "gantry");
    public static string Server => Path.Combine(Folder, "gantry-server");

    /// <summary>A command of theirs with a home of its own, and nothing else of ours in its environment.</summary>
    public static ProcessStartInfo Command(string program, string home, params IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = "/" };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GANTRY_", StringComparison.Ordinal) || name.StartsWith("DSTACK_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GANTRY_HOME"] = home;
        var dotnetRoot = File.ReadAllText(Path.Combine(Folder, "dotnet-root")).Trim();
        if (dotnetRoot.Length > 0)
            start.Environment["DOTNET_ROOT"] = dotnetRoot;
        return start;
    }

    /// <summary>The repository that this was built in.</summary>
    public static string Repository
    {
        get
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "Gantry.slnx")))
                root = root.Parent;
            return root?.FullName ?? throw new DirectoryNotFoundException("This must lie in the repository: it needs what is in it.");
        }
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("GANTRY_BIN") is { Length: > 0 } given)
            return Path.GetFullPath(given);
        var script = Path.Combine(Repository, "gantry");
        using var process = Process.Start(new ProcessStartInfo(script, ["--version"]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"./gantry --version ended with {process.ExitCode}.");
        var link = new DirectoryInfo(Path.Combine(Repository, "artifacts", "gantry"));
        return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link.FullName;
    }
}
