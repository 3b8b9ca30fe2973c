using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

public class ExamplesTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder(), "*.dstack.yml").Select(Path.GetFileName).OfType<string>().Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Example_Parsed_IsATaskNamedAsItsFile(string file)
    {
        var result = ConfigurationParser.Parse(File.ReadAllBytes(Path.Combine(Folder(), file)), file);
        Assert.Equal("", result.PrintProblems());
        Assert.Equal(file, result.Value!.Name + ".dstack.yml");
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Gantry.slnx")))
            folder = folder.Parent;
        return Path.Combine(folder.FullName, "examples");
    }
}
