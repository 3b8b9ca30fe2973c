using System.Xml.Linq;

namespace Gantry.Architecture.Tests;

/// <summary>What lies where, and how large it may be.</summary>
public sealed class LayoutTests
{
    private const int MostLines = 400;

    private static readonly string[] RootFiles =
    [
        ".editorconfig", ".gitattributes", ".gitignore",
        "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md",
        "Directory.Build.props", "Directory.Packages.props", "Gantry.slnx", "gantry", "global.json", "test",
    ];

    private static readonly string[] RootFolders = [".ci", ".git", ".github", "artifacts", "bench", "docs", "examples", "src", "tests"];

    [Fact]
    public void Root_HoldsTheKnownFilesAndNothingElse()
    {
        // In a worktree .git is a file.
        var files = Directory.GetFiles(Repository.Root).Select(Path.GetFileName).Where(name => name != ".git");
        Assert.Empty(files.Except(RootFiles));
        Assert.Empty(Directory.GetDirectories(Repository.Root).Select(Path.GetFileName).Except(RootFolders));
        Assert.All(new[] { "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", "CHANGELOG.md", "gantry", "test" },
            name => Assert.True(File.Exists(Path.Combine(Repository.Root, name)), $"{name} is missing."));
    }

    [Fact]
    public void SourceFiles_AreShort()
    {
        var long_ = Repository.Sources("*.cs").Concat(Repository.Sources("*.sh")).Concat(Repository.Sources("*.ts"))
            .Select(file => (File: Repository.Short(file), Lines: File.ReadLines(file).Count())).Where(file => file.Lines > MostLines);
        Assert.True(!long_.Any(), $"Longer than {MostLines} lines, so two things each: {string.Join(", ", long_)}");
    }

    [Fact]
    public void Names_OfFiles_SayWhatTheyAre()
    {
        string[] empty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Common", "Impl", "Misc"];
        var bad = Repository.Sources("*.cs").Where(file => empty.Any(word => Path.GetFileNameWithoutExtension(file).EndsWith(word, StringComparison.Ordinal)));
        Assert.Empty(bad.Select(Repository.Short));
    }

    [Fact]
    public void PackageVersions_AreCentral()
    {
        foreach (var file in Repository.Projects())
        {
            var versions = XDocument.Load(file).Descendants("PackageReference")
                .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.Element("Version") is not null);
            Assert.True(!versions.Any(), $"{Repository.Short(file)} gives versions of its own; they belong in Directory.Packages.props.");
        }
    }

    [Fact]
    public void CentralVersions_AreAllUsed()
    {
        var used = Repository.Projects().Concat(Repository.Sources("*.props")).Append(Path.Combine(Repository.Root, "Directory.Build.props"))
            .SelectMany(file => XDocument.Load(file).Descendants("PackageReference")).Select(reference => (string)reference.Attribute("Include")!).ToHashSet();
        var central = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(version => (string)version.Attribute("Include")!);
        // Pinned although nothing names it: a transitive dependency whose version matters.
        Assert.Empty(central.Except(used).Except(["FSharp.Core"]));
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "Gantry.slnx")).Descendants("Project").Select(project => (string)project.Attribute("Path")!);
        Assert.Equal(Repository.Projects().Select(Repository.Short).Order(), listed.Order());
    }

    [Fact]
    public void Examples_AreAllRunByATest()
    {
        var examples = Directory.GetFiles(Path.Combine(Repository.Root, "examples")).Select(Path.GetFileName).ToList();
        Assert.Contains("hello.dstack.yml", examples);
        // ExamplesTests in Gantry.EndToEnd runs what has this ending, directly in examples/; another kind of file would be run by nobody.
        Assert.All(examples, name => Assert.EndsWith(".dstack.yml", name, StringComparison.Ordinal));
        // IncidentTests in Gantry.EndToEnd goes through the folder of migrations, FleetTests makes the fleet, VolumeTests the volume.
        Assert.Equal(["fleet", "incident", "volume"], Directory.GetDirectories(Path.Combine(Repository.Root, "examples")).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", "Gantry.EndToEnd", "IncidentTests.cs")));
        Assert.Contains("\"*.dstack.yml\"", File.ReadAllText(Path.Combine(Repository.Root, "tests", "Gantry.EndToEnd", "ExamplesTests.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Tests_AreNotSwitchedOff()
    {
        // A test may find at run time that the machine cannot do it (Assert.Skip…), never be turned off for good.
        var off = Repository.Sources("*.cs").Where(file => file.Contains("/tests/", StringComparison.Ordinal))
            .Where(file => System.Text.RegularExpressions.Regex.IsMatch(File.ReadAllText(file), @"\[(Fact|Theory)\([^)]*\bSkip\s*="));
        Assert.Empty(off.Select(Repository.Short));
    }

    [Fact]
    public void Sources_HoldNothingUnfinished()
    {
        var marks = new[] { "TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "XX" + "X" };
        var unfinished = Repository.Sources("*.cs").Where(file => File.ReadLines(file).Any(line => marks.Any(mark => line.Contains(mark, StringComparison.Ordinal))));
        Assert.Empty(unfinished.Select(Repository.Short));
    }
}
