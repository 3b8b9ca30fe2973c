using Gantry.Cli.Output;
using Gantry.Migrations.Rehearse;

namespace Gantry.Cli.Databases;

/// <summary>How a rehearsal comes along: one line that changes, on a terminal; nothing elsewhere, where the report says all.</summary>
internal sealed class RehearsalProgress(Terminal terminal) : IRehearsalProgress
{
    private bool drawn;

    public void Scenario(string migration, int done, int total, int faults) =>
        Draw($"{migration}: scenario {done} of {total}{(faults > 0 ? $", {Words.Of(faults, "fault")}" : "")}");

    public void Stage(string migration, string what) => Draw($"{migration}: {what} ...");

    /// <summary>Takes the line away.</summary>
    public void End()
    {
        if (drawn)
            terminal.Write("\r\e[K");
        drawn = false;
    }

    private void Draw(string text)
    {
        if (!terminal.IsOutputTerminal)
            return;
        terminal.Write("\r\e[K" + text);
        drawn = true;
    }
}
