using System.Text;
using Gantry.Cli.Interop;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Cli.Output;

/// <summary>Everything that the command says, and hears. Output of jobs and answers go to standard output; when that is no terminal, everything
/// else goes to standard error, so that <c>gantry apply … &gt;FILE</c> holds what the job wrote and nothing else.</summary>
internal sealed class Terminal(Stream output, Stream error, TextReader input, bool outputIsTerminal, bool errorIsTerminal, bool inputIsTerminal, bool colors)
{
    private readonly Lock sync = new();
    private bool atLineStart = true;
    private bool hasLive;

    public bool IsOutputTerminal => outputIsTerminal;
    public bool IsInputTerminal => inputIsTerminal;

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess(Func<string, string?> environment)
    {
        var colors = string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is not (null or "" or "dumb");
        return new Terminal(
            new DescriptorStream(1), new DescriptorStream(2), new LazyInput(),
            Posix.IsTerminal(1) == 1, Posix.IsTerminal(2) == 1, Posix.IsTerminal(0) == 1, colors);
    }

    /// <summary>An answer: a line of standard output.</summary>
    public void Print(string line = "") => Write(output, line + "\n");

    /// <summary>Something to know while the command runs: on standard output if that is a terminal, else on standard error.</summary>
    public void Note(string line = "")
    {
        lock (sync)
        {
            // A job may have left a line unfinished: a note begins on its own.
            var prefix = outputIsTerminal && !atLineStart ? "\n" : "";
            WriteNote(prefix + line + "\n");
        }
    }

    /// <summary>A line that is drawn again in its place, and goes with whatever comes after it. Only where standard output is a terminal; a job's unfinished line stays.</summary>
    public void Live(string line)
    {
        if (!outputIsTerminal)
            return;
        lock (sync)
        {
            if (!hasLive && !atLineStart)
                return;
            // Not wrapped: of a line that takes two, only the second would be drawn again.
            output.Write(Encoding.UTF8.GetBytes($"\r\e[K\e[?7l{line}\e[?7h"));
            hasLive = true;
        }
    }

    /// <summary>Something that went wrong: on standard error.</summary>
    public void Error(string message)
    {
        lock (sync)
        {
            var prefix = outputIsTerminal && errorIsTerminal && !atLineStart ? "\n" : "";
            Write(error, prefix + (errorIsTerminal && colors ? $"\e[31m{message}\e[0m\n" : message + "\n"));
        }
    }

    /// <summary>Bytes of a job, as they are.</summary>
    public void WriteJobOutput(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        lock (sync)
        {
            EndLive();
            output.Write(bytes);
            atLineStart = bytes[^1] == '\n';
        }
    }

    /// <summary>Writes text to standard output without a line end.</summary>
    public void Write(string text) => Write(output, text);

    /// <summary>Asks; true for yes, false for no, null when there is nobody to answer (the input is at its end).</summary>
    public bool? Confirm(string question)
    {
        while (true)
        {
            lock (sync)
                WriteNote($"{(outputIsTerminal && !atLineStart ? "\n" : "")}{question} [y/n]: ");
            var answer = input.ReadLine();
            if (!inputIsTerminal)
                Note();
            else
                atLineStart = true;
            switch (answer?.Trim().ToLowerInvariant())
            {
                case null:
                    return null;
                case "y" or "yes":
                    return true;
                case "n" or "no":
                    return false;
            }
            Note("Please answer y or n.");
        }
    }

    /// <summary>Text in a style, for standard output (or for notes, which go to the same terminal).</summary>
    public string Paint(string text, Style style)
    {
        if (!colors || !outputIsTerminal || style == Style.Plain || text.Length == 0)
            return text;
        var code = style switch { Style.Bold => "1", Style.Dim => "2", Style.Good => "32", Style.Busy => "33", _ => "31" };
        return $"\e[{code}m{text}\e[0m";
    }

    private void WriteNote(string text)
    {
        if (outputIsTerminal)
        {
            Write(output, text);
            return;
        }
        try
        {
            Write(error, text);
        }
        catch (IOException)
        {
            // Notes are for people; when nobody can see them, the command's work goes on.
        }
    }

    private void Write(Stream stream, string text)
    {
        lock (sync)
        {
            EndLive();
            stream.Write(Encoding.UTF8.GetBytes(text));
            if (ReferenceEquals(stream, output) || (outputIsTerminal && errorIsTerminal))
                atLineStart = text.EndsWith('\n');
        }
    }

    private void EndLive()
    {
        if (!hasLive)
            return;
        hasLive = false;
        output.Write("\r\e[K"u8);
    }

    /// <summary>Standard input, opened when first read, and not by Console: that puts the terminal into a mode of its own, where what was typed early is shown twice.</summary>
    private sealed class LazyInput : TextReader
    {
        private readonly Lazy<StreamReader> reader = new(() => new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0)));

        public override string? ReadLine() => reader.Value.ReadLine();

        public override string ReadToEnd() => reader.Value.ReadToEnd();
    }

    /// <summary>All of standard input.</summary>
    public string ReadInput() => input.ReadToEnd();
}
