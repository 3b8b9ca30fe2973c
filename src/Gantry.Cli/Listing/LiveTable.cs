using System.Text;
using Gantry.Cli.Output;

namespace Gantry.Cli.Listing;

/// <summary>Lines that are drawn again in place. Where the output is no terminal, each new state is printed below the last.</summary>
internal sealed class LiveTable(Terminal terminal)
{
    private const string NoWrap = "\e[?7l";
    private const string Wrap = "\e[?7h";
    private int drawn;
    private string last = "";

    public void Draw(IEnumerable<string> lines)
    {
        if (!terminal.IsOutputTerminal)
        {
            var text = string.Join('\n', lines);
            if (text != last)
                terminal.Print((last.Length > 0 ? "\n" : "") + text);
            last = text;
            return;
        }
        // A line that wraps, or a table that is higher than the window, would leave its traces behind at the next drawing.
        var height = Console.WindowHeight > 1 ? Console.WindowHeight - 1 : int.MaxValue;
        var frame = new StringBuilder(drawn > 0 ? $"\e[{drawn}A\r" : "").Append(NoWrap);
        drawn = 0;
        foreach (var line in lines.Take(height))
        {
            frame.Append(line).Append("\e[K\n");
            drawn++;
        }
        terminal.Write(frame.Append("\e[J").Append(Wrap).ToString());
    }
}
