using System.Text;

namespace Gantry.Cli.Output;

/// <summary>A text writer onto the terminal, for what prints help.</summary>
internal sealed class TerminalWriter(Terminal terminal) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;
    public override void Write(char value) => terminal.Write(value.ToString());
    public override void Write(string? value) => terminal.Write(value ?? "");
    public override void Write(char[] buffer, int index, int count) => terminal.Write(new string(buffer, index, count));
}
