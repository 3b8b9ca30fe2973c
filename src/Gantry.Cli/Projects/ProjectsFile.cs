using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Gantry.Cli.Projects;

/// <summary>A project of some server, as configured.</summary>
internal sealed record ProjectEntry(string Name, string Url, string Token, bool IsDefault);

/// <summary><c>config.yml</c>: the projects that this user works with. The same form as dstack's.</summary>
internal sealed class ProjectsFile(string home)
{
    private readonly string path = Path.Combine(home, "config.yml");

    public string FilePath => path;

    /// <summary>The projects in the order of the file; none when there is no file.</summary>
    public IReadOnlyList<ProjectEntry> Read() => File.Exists(path) ? Parse() : [];

    // Apart from the question whether there is a file: most have none, and only a method that speaks of YAML loads its library.
    private IReadOnlyList<ProjectEntry> Parse()
    {
        try
        {
            var yaml = new YamlStream();
            using (var reader = new StreamReader(path))
                yaml.Load(reader);
            if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode root || Child(root, "projects") is not YamlSequenceNode projects)
                return [];
            return [.. projects.OfType<YamlMappingNode>().Select(project => new ProjectEntry(
                Text(project, "name"), Text(project, "url"), Text(project, "token"), Child(project, "default") is YamlScalarNode { Value: "true" }))];
        }
        catch (YamlException error)
        {
            throw new CliException(ExitCodes.Failed, $"{path}:{error.Start.Line}:{error.Start.Column}: this is not valid YAML. Mend the file, or delete it and add the projects again.");
        }
    }

    /// <summary>Replaces the file. It holds tokens: nobody else may read it.</summary>
    public void Write(IEnumerable<ProjectEntry> projects)
    {
        var text = new StringBuilder("projects:");
        var any = false;
        foreach (var project in projects)
        {
            any = true;
            text.Append("\n- name: ").Append(Quote(project.Name)).Append("\n  url: ").Append(Quote(project.Url)).Append("\n  token: ").Append(Quote(project.Token));
            if (project.IsDefault)
                text.Append("\n  default: true");
        }
        text.Append(any ? "\n" : " []\n");

        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Written aside and renamed: a reader never sees half of it, and a full disk costs nobody their tokens.
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }
        File.Move(aside, path, overwrite: true);
    }

    private string Text(YamlMappingNode project, string key) =>
        (Child(project, key) as YamlScalarNode)?.Value is { Length: > 0 } value
            ? value
            : throw new CliException(ExitCodes.Failed, $"{path}:{project.Start.Line}: a project has no {key}. Add it with: gantry project add");

    private static YamlNode? Child(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
