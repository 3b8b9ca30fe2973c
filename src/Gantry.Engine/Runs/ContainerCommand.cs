using System.Text;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>
/// What a container runs: its image's own entrypoint where the configuration says nothing, the configuration's entrypoint with the
/// commands as its arguments, as Docker does, or the commands in a shell of the image.
/// </summary>
internal static class ContainerCommand
{
    private const string UsualShell = "/bin/sh";

    // One pipe for both, so that their order is kept: Docker has a pipe for each, and reads them as it likes.
    private const string OneStream = "exec 2>&1\n";

    /// <summary>The argument vector; empty for the image's own.</summary>
    /// <param name="run">The configuration.</param>
    /// <param name="commands">The node's commands, in order.</param>
    public static IReadOnlyList<string> Of(RunConfiguration run, IReadOnlyList<string> commands)
    {
        if (run.Entrypoint is { } entrypoint)
        {
            // What a dev environment runs is a script in any case: whoever says how it is begun gets that as its arguments.
            return [.. Words(NodeReferences.Compact(entrypoint)) ?? [entrypoint], .. run is DevEnvironmentConfiguration ? InShell(run, commands) : commands];
        }

        return commands.Count == 0 ? [] : InShell(run, commands);
    }

    /// <summary>A vector that runs commands in a shell of a host, for a container: in a shell of its image.</summary>
    public static IReadOnlyList<string> InContainer(IReadOnlyList<string> command) =>
        command is [var shell, "-c", var script, ..] ? [shell, "-c", OneStream + script, .. command.Skip(3)] : command;

    /// <summary>Whether a vector is commands in a shell.</summary>
    public static bool IsShell(IReadOnlyList<string> command) => command.Any(word => word.StartsWith(OneStream, StringComparison.Ordinal));

    /// <summary>A line's words as a shell takes them apart, without expanding anything; null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? Words(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word is not null)
                {
                    words.Add(word.ToString());
                }

                word = null;
            }
            else if (c == quote || (quote == '\0' && c is '\'' or '"'))
            {
                quote = c == quote ? '\0' : c;
                word ??= new();
            }
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote == '\0' || line[i + 1] is '"' or '\\'))
            {
                (word ??= new()).Append(line[++i]);
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return quote == '\0' ? words : null;
    }

    private static IReadOnlyList<string> InShell(RunConfiguration run, IReadOnlyList<string> commands) => [Shell(run.Shell), "-c", OneStream + CommandScript.Script(commands)];

    private static string Shell(string? shell) => shell is null or "sh" ? UsualShell : shell;
}
