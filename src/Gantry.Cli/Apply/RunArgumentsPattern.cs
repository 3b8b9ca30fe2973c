using System.Text;

namespace Gantry.Cli.Apply;

/// <summary><c>${{ run.args }}</c> in a command, with any spaces within the braces.</summary>
internal static class RunArgumentsPattern
{
    private const string Open = "${{";
    private const string Close = "}}";

    /// <summary>The command with the arguments in its place. Other placeholders stay: they are the server's.</summary>
    public static string Replace(string command, string arguments)
    {
        var result = new StringBuilder();
        var from = 0;
        while (command.IndexOf(Open, from, StringComparison.Ordinal) is >= 0 and var open
            && command.IndexOf(Close, open, StringComparison.Ordinal) is >= 0 and var close)
        {
            var end = close + Close.Length;
            result.Append(command, from, open - from);
            if (command.AsSpan(open + Open.Length, close - open - Open.Length).Trim() is "run.args")
                result.Append(arguments);
            else
                result.Append(command, open, end - open);
            from = end;
        }
        return result.Append(command, from, command.Length - from).ToString();
    }
}
