using Gantry.Cli.Output;
using Gantry.Model.Api;

namespace Gantry.Cli.Apply;

/// <summary>How the image gets on that a run waits for: a line that is drawn again on a terminal, elsewhere a new one with each tenth.</summary>
internal sealed class PullLine(Terminal terminal, string run)
{
    private long lastTenth = -1;

    public void Show(RunProgress progress)
    {
        if (progress.ImagePull is not { TotalBytes: > 0 } pull)
            return;
        var line = terminal.Paint($"{run} pulling {Words.Of(pull)}", Style.Dim);
        terminal.Live(line);
        var tenth = (pull.DownloadedBytes + pull.ExtractedBytes) * 5 / pull.TotalBytes;
        if (!terminal.IsOutputTerminal && tenth != lastTenth)
            terminal.Note(line);
        lastTenth = tenth;
    }
}
