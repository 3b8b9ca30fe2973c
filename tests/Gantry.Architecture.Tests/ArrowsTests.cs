using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Gantry.Architecture.Tests;

/// <summary>Who may use whom. The arrows of ARCHITECTURE.md, in the project files and in what the compiler made of them.</summary>
public sealed class ArrowsTests
{
    /// <summary>Room → the rooms that it may use. Nothing else, not even through another one.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Gantry.Model"] = [],
        ["Gantry.Migrations"] = [],
        ["Gantry.Engine"] = ["Gantry.Model"],
        ["Gantry.Storage"] = ["Gantry.Migrations", "Gantry.Model"],
        // The server is the one composition root: what Engine and Storage speak of, it speaks of too.
        ["Gantry.Server"] = ["Gantry.Engine", "Gantry.Migrations", "Gantry.Model", "Gantry.Storage"],
        ["Gantry.Agent"] = ["Gantry.Model"],
        ["Gantry.Client"] = ["Gantry.Model"],
        ["Gantry.Cli"] = ["Gantry.Client", "Gantry.Migrations", "Gantry.Model"],
    };

    /// <summary>All rooms.</summary>
    public static TheoryData<string> Rooms() => [.. Repository.Rooms];

    [Fact]
    public void Rooms_OnTheDisk_AreThoseOfTheMap() => Assert.Equal(Arrows.Keys.Order(), Repository.Rooms);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ProjectReferences_OfARoom_FollowTheArrows(string room) =>
        Assert.All(Repository.References(Repository.ProjectFile(room)), used => Assert.Contains(used, Arrows[room]));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void CompiledReferences_OfARoom_FollowTheArrows(string room)
    {
        var used = CompiledReferences(room).Where(name => Arrows.ContainsKey(name));
        Assert.All(used, name => Assert.Contains(name, Arrows[room]));
    }

    [Theory]
    [InlineData("Gantry.Model")]
    [InlineData("Gantry.Engine")]
    public void CompiledReferences_OfAPureRoom_HaveNoWayToTheWorld(string room)
    {
        string[] worldly = ["System.Net.Http", "System.Net.Sockets", "System.Diagnostics.Process", "System.IO.FileSystem", "Microsoft.Data.Sqlite", "Microsoft.EntityFrameworkCore"];
        Assert.All(CompiledReferences(room), name => Assert.DoesNotContain(name, worldly));
    }

    [Fact]
    public void TestProjects_OfARoom_ReferNoRoomBeyondItsOwn()
    {
        foreach (var room in Repository.Rooms)
        {
            var tests = Path.Combine(Repository.Root, "tests", room + ".Tests", room + ".Tests.csproj");
            if (!File.Exists(tests) || room == "Gantry.Agent")
                continue;
            Assert.All(Repository.References(tests), used => Assert.Contains(used, Arrows[room].Append(room)));
        }
    }

    /// <summary>Names of the assemblies that the room's assembly refers to.</summary>
    private static List<string> CompiledReferences(string room)
    {
        var project = XDocument.Load(Repository.ProjectFile(room));
        var assembly = (string?)project.Descendants("AssemblyName").FirstOrDefault() ?? room;
        var file = Path.Combine(Repository.Root, "artifacts", "bin", room, "debug", assembly + ".dll");
        Assert.True(File.Exists(file), $"{Repository.Short(file)} is missing: build Gantry.slnx first.");
        using var stream = File.OpenRead(file);
        using var reader = new PEReader(stream);
        var metadata = reader.GetMetadataReader();
        var names = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToList();
        // An executable's assembly is named like its command.
        return [.. names.Select(name => name switch { "gantry" => "Gantry.Cli", "gantry-server" => "Gantry.Server", "gantry-agent" => "Gantry.Agent", _ => name })];
    }
}
