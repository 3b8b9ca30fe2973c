using System.Globalization;

namespace Gantry.Migrations.Upgrade;

/// <summary>What stands after a failure and what does not, in words.</summary>
internal static class Standing
{
    public static string Committed(UpgradeWork work)
    {
        if (!work.IsKnown)
            return "nothing.";
        return work.IsOutOfDate ? $"not known, since the database cannot be asked now; when it was last asked: {Known(work)}" : Known(work);
    }

    private static string Known(UpgradeWork work)
    {
        var whole = work.Revision == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"the database is at revision {work.Revision:D4}, which is whole.");
        if (work.Record.Interrupted is { } begun)
            return string.Create(CultureInfo.InvariantCulture,
                $"{begun} up to step {begun.Step}{(begun.Done > 0 ? $", of which {begun.Done} of about {begun.Total} rows" : "")}; the database is between revision {work.Revision:D4} and {begun.Revision:D4}.");
        if (work.Applied.Count > 0)
            return $"{string.Join(", ", work.Applied)}; {whole}";
        return work.Revision == 0 ? "nothing; the database is as it was before." : "nothing; " + whole;
    }

    public static string NotCommitted(UpgradeWork work, Undo? undo, bool refused)
    {
        if (refused && work.Applied.Count == 0)
            return "anything: nothing was changed.";
        if (undo is { Failed: { } why })
            return $"the rest of {undo.Migration}. Undoing what it had committed failed, too: {why.Why}{(why.Statement is { } statement ? $" ({statement.File}, line {statement.Line}: {statement.EngineMessage})" : "")}";
        if (undo is not null)
            return $"anything of {undo.Migration}: what it had committed was undone.";
        if (work.Record.Interrupted is { } begun)
            return $"the rest of {begun}. The next upgrade goes on where this one stopped.";
        return work.Migration is { } migration ? $"anything of {migration}." : "anything else: nothing was changed.";
    }

    public static string AfterFailedUndo(UpgradeWork work, UpgradeOptions options) =>
        work.Backup is not null
            ? "Restore the backup, correct the migration and its down.sql, then start again: " + options.Command
            : "Correct the down.sql and run: gantry db down. Or correct the rows that it trips over and go on: " + options.Command;

    /// <summary>The report in a few sentences, for a log line or a terminal without room.</summary>
    public static string Sentences(UpgradeReport report)
    {
        var text = "";
        if (report.Statement is { } statement)
            text = string.Create(CultureInfo.InvariantCulture, $"{report.Migration}, step {report.Step} ({report.StepKind}), {statement.File}:{statement.Line}:{statement.Column}: ");
        else if (report.Step is not null)
            text = string.Create(CultureInfo.InvariantCulture, $"{report.Migration}, step {report.Step} ({report.StepKind}): ");
        text += report.Why;
        if (report.Statement is { EngineMessage.Length: > 0 } failed)
            text += $" ({report.Engine}, code {failed.EngineCode}: {failed.EngineMessage})";
        return $"{text}\nCommitted: {report.Committed} Not committed: {report.NotCommitted}\n{report.Next}";
    }
}
