using Gantry.Cli.Embedded;
using Gantry.Client;

namespace Gantry.Cli.Projects;

/// <summary>The project that a command works on, and a client of its server.</summary>
internal sealed record ProjectConnection(string Name, GantryClient Client) : IDisposable
{
    /// <summary>The project of the embedded server that is used when none is named.</summary>
    private const string EmbeddedProject = "main";

    /// <summary>The named project; else that of GANTRY_PROJECT or DSTACK_PROJECT; else the configured default; else the embedded server's.</summary>
    public static ProjectConnection Open(Invocation invocation, string? named)
    {
        var name = named ?? NonEmpty(invocation.Environment("GANTRY_PROJECT")) ?? NonEmpty(invocation.Environment("DSTACK_PROJECT"));
        var file = new ProjectsFile(invocation.Home);
        var projects = file.Read();
        if (projects.Count == 0)
            return new ProjectConnection(name ?? EmbeddedProject, new GantryClient(EmbeddedHandler.Placeholder, null, new EmbeddedHandler(new EmbeddedServer(invocation))));

        var entry = name is null
            ? projects.FirstOrDefault(project => project.IsDefault) ?? (projects.Count == 1 ? projects[0] : null)
            : projects.FirstOrDefault(project => project.Name == name);
        if (entry is null)
        {
            var known = string.Join(", ", projects.Select(project => project.Name));
            throw new CliException(ExitCodes.Failed, name is null
                ? $"Several projects are configured ({known}) and none is the default. Choose with --project NAME or: gantry project set-default NAME"
                : $"The project {name} is not configured in {file.FilePath}. Configured: {known}. Add it with: gantry project add");
        }
        if (!Uri.TryCreate(entry.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CliException(ExitCodes.Failed, $"The project {entry.Name} has the URL '{entry.Url}' in {file.FilePath}, which is no http or https URL.");
        // Relative paths replace the last segment of a URL that does not end in a slash.
        var server = url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
        return new ProjectConnection(entry.Name, new GantryClient(server, entry.Token));
    }

    public void Dispose() => Client.Dispose();

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
