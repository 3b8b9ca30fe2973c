using System.Text;

namespace Gantry.Engine.Runs;

/// <summary>
/// The argument vector that runs a configuration's commands in one shell, the first that fails ending the job with its status.
/// </summary>
/// <remarks>
/// Between two entries stands a line that exits with the status of the entry before if that is not 0. Entries are neither joined with
/// <c>&amp;&amp;</c> nor wrapped in braces: both would swallow a trailing comment, break a heredoc, and turn off a <c>set -e</c> inside an
/// entry. Within an entry the shell's own rules hold: <c>a; false; b</c> goes on to <c>b</c>. Variables, functions and the working
/// directory persist from entry to entry. The last entry's status is the shell's own.
/// </remarks>
internal static class CommandScript
{
    private const string StopAtFailure = "case $? in 0) ;; *) exit $? ;; esac";

    // dstack's default image has bash, and configurations written for it use bash's words ([[ … ]]). A host without bash runs them in sh.
    private const string BashOrSh = """if command -v bash >/dev/null 2>&1; then exec bash -c "$1"; fi; exec /bin/sh -c "$1" """;

    /// <summary>The shell, its options, the script.</summary>
    /// <param name="shell"><c>sh</c>, <c>bash</c> or an absolute path; null for bash where the host has it, else sh.</param>
    /// <param name="commands">The entries, in order.</param>
    public static IReadOnlyList<string> Command(string? shell, IReadOnlyList<string> commands) => shell switch
    {
        null => ["/bin/sh", "-c", BashOrSh.TrimEnd(), "job", Script(commands)],
        "sh" => ["/bin/sh", "-c", Script(commands)],
        _ => [shell, "-c", Script(commands)],
    };

    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<string> commands)
    {
        var script = new StringBuilder();
        for (var i = 0; i < commands.Count; i++)
        {
            var entry = commands[i];
            script.Append(entry);
            if (!entry.EndsWith('\n'))
            {
                script.Append('\n');
            }

            // A backslash at an entry's end continues its line: with an empty line, not with ours.
            if (entry.EndsWith('\\'))
            {
                script.Append('\n');
            }

            if (i < commands.Count - 1)
            {
                script.Append(StopAtFailure).Append('\n');
            }
        }

        return script.ToString();
    }
}
