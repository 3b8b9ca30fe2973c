using System.Globalization;
using Gantry.Cli.Output;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Databases;

/// <summary>
/// How an upgrade gets on: a bar with rows, rate and time left on a terminal; elsewhere plain lines, a backfill's every tenth, so that a log of
/// a thousand batches stays readable.
/// </summary>
internal sealed class UpgradeProgress(Terminal terminal, bool quiet) : IUpgradeProgress
{
    private const int BarWidth = 24;
    private bool barDrawn;
    private int lastTenth = -1;
    private TimeSpan longestHeld;

    public void Report(UpgradeEvent happened)
    {
        if (quiet)
            return;
        switch (happened)
        {
            case UpgradeEvent.Waiting { Holder: var holder }:
                Line($"Another upgrade is at work{(holder is null ? "" : $" ({holder})")}; waiting for it ...");
                break;
            case UpgradeEvent.BackedUp { File: var file, Took: var took }:
                Line($"Backed up to {file} ({Seconds(took)})");
                break;
            case UpgradeEvent.MigrationStarted { Migration: var migration, Number: var number, Count: var count, Resumed: var resumed }:
                Line($"{migration} ({number} of {count}){(resumed ? ", going on where an upgrade before this one was stopped" : "")}");
                break;
            case UpgradeEvent.StepStarted { Steps: > 1 } step:
                (lastTenth, longestHeld) = (-1, TimeSpan.Zero);
                Line($"  step {step.Step.Number} of {step.Steps}: {Name(step.Step)}");
                break;
            case UpgradeEvent.BatchDone batch:
                Batch(batch);
                break;
            case UpgradeEvent.Retrying { Why: var why, Blocker: var blocker, Attempt: var attempt, Delay: var delay }:
                Line($"  {why}{(blocker is null ? "" : $" (in the way: {blocker})")}; attempt {attempt + 1} in {Seconds(delay)}");
                break;
            case UpgradeEvent.Undoing { Migration: var migration }:
                Line($"{migration} failed; undoing what it has committed ...");
                break;
            case UpgradeEvent.MigrationDone { Migration: var migration, Took: var took }:
                Line($"{migration} {terminal.Paint("done", Style.Good)} in {Seconds(took)}");
                break;
        }
    }

    private void Batch(UpgradeEvent.BatchDone batch)
    {
        longestHeld = batch.Held > longestHeld ? batch.Held : longestHeld;
        var total = Math.Max(batch.Total, batch.Done);
        var share = total == 0 ? 1 : (double)batch.Done / total;
        var figures = string.Create(CultureInfo.InvariantCulture,
            $"{batch.Done:N0} of {total:N0} rows, {batch.RowsPerSecond:N0}/s, {Seconds(batch.Left)} left, longest lock {longestHeld.TotalMilliseconds:0} ms");
        if (terminal.IsOutputTerminal)
        {
            var filled = (int)(share * BarWidth);
            terminal.Write($"\r\e[K    [{new string('#', filled)}{new string('.', BarWidth - filled)}] {share,4:P0}  {figures}");
            barDrawn = true;
            return;
        }
        var tenth = (int)(share * 10);
        if (tenth == lastTenth)
            return;
        lastTenth = tenth;
        Line("    " + figures);
    }

    private void Line(string text)
    {
        if (barDrawn)
            terminal.Write("\n");
        barDrawn = false;
        terminal.Note(text);
    }

    private static string Name(MigrationStep step) => step switch
    {
        { Kind: StepKind.Backfill, Backfill: { } range } => $"backfill of {range.Table}, by {range.Key}",
        { Kind: StepKind.Verify } => "verify none",
        _ => step.Kind.ToString().ToLowerInvariant(),
    };

    private static string Seconds(TimeSpan time) => time.TotalSeconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s");
}
