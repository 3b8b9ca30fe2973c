using System.Xml.Linq;

namespace Gantry.Architecture.Tests;

/// <summary>The repository as it lies on the disk.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Rooms: the projects under src/.</summary>
    public static IReadOnlyList<string> Rooms { get; } = [.. Directory.GetDirectories(Path.Combine(Root, "src"), "Gantry.*").Select(path => Path.GetFileName(path)!).Order()];

    /// <summary>All project files of ours.</summary>
    public static IEnumerable<string> Projects() => Sources("*.csproj");

    /// <summary>Files of a kind under src/, tests/ and bench/, without what builds leave behind.</summary>
    public static IEnumerable<string> Sources(string pattern) =>
        new[] { "src", "tests", "bench" }.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules"));

    /// <summary>The projects that a project is linked with; one that is only built beside it, to be run as a process, is none of them.</summary>
    public static IReadOnlyList<string> References(string projectFile) =>
        [.. XDocument.Load(projectFile).Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)).Order()];

    /// <summary>A room's project file.</summary>
    public static string ProjectFile(string room) => Path.Combine(Root, "src", room, room + ".csproj");

    /// <summary>A path as a reader of a message wants it.</summary>
    public static string Short(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gantry.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException($"No Gantry.slnx above {AppContext.BaseDirectory}.");
    }
}
