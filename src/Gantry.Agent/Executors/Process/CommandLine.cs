using System.Text;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Executors.Process;

/// <summary>Makes an argument vector fit what Linux allows: 128 KiB an argument, with its closing zero.</summary>
internal static class CommandLine
{
    private const int LongestArgument = (128 << 10) - 1;

    /// <summary>The vector as it is, or, where a shell's <c>-c</c> script is too long, one that reads the script from a file.</summary>
    /// <exception cref="StartRefusedException">It can not be run.</exception>
    public static IReadOnlyList<string> Fit(JobSpool spool, IReadOnlyList<string> command)
    {
        if (command.Count == 0 || command[0].Length == 0)
            throw new StartRefusedException("The job has no command.");
        var fitted = command.ToArray();
        for (var i = 0; i < fitted.Length; i++)
        {
            if (fitted[i].Contains('\0'))
                throw new StartRefusedException($"Argument {i} of the job's command holds a zero byte, which no argument can.");
            if (Encoding.UTF8.GetByteCount(fitted[i]) > LongestArgument)
                fitted[i] = Shorten(spool, fitted, i);
        }
        return fitted;
    }

    private static string Shorten(JobSpool spool, string[] command, int index)
    {
        var isScript = index >= 2 && command[index - 1].StartsWith('-') && command[index - 1].EndsWith('c') && !command[index - 1].StartsWith("--", StringComparison.Ordinal);
        if (!isScript)
        {
            throw new StartRefusedException(
                $"Argument {index} of the job's command has {Encoding.UTF8.GetByteCount(command[index])} bytes; Linux allows {LongestArgument}. Put it into a file.");
        }
        SpoolFiles.WriteNew(spool.CommandPath, Encoding.UTF8.GetBytes(command[index]));
        return ". " + StartScript.Quote(spool.CommandPath);
    }
}
