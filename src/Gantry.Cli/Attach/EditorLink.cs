namespace Gantry.Cli.Attach;

/// <summary>The links by which editors open a directory of a host that <c>ssh</c> knows.</summary>
internal static class EditorLink
{
    /// <summary>The editor's name and its link.</summary>
    /// <param name="ide">Its name in a configuration.</param>
    /// <param name="host">What follows <c>ssh</c>.</param>
    /// <param name="directory">Absolute path there.</param>
    public static (string Editor, string Link)? Of(string ide, string host, string directory)
    {
        var path = string.Join('/', directory.Split('/').Select(Uri.EscapeDataString));
        return ide switch
        {
            "vscode" => ("VS Code Desktop", $"vscode://vscode-remote/ssh-remote+{host}{path}"),
            "cursor" => ("Cursor", $"cursor://vscode-remote/ssh-remote+{host}{path}"),
            "windsurf" => ("Windsurf", $"windsurf://vscode-remote/ssh-remote+{host}{path}"),
            "zed" => ("Zed", $"zed://ssh/{host}{path}"),
            _ => null,
        };
    }
}
