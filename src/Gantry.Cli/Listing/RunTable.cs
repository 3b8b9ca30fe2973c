using Gantry.Cli.Output;
using Gantry.Model.Api;

namespace Gantry.Cli.Listing;

/// <summary>Runs as a table, with dstack's columns.</summary>
internal static class RunTable
{
    public static Table Of(IReadOnlyList<RunRow> runs, bool verbose, DateTimeOffset now)
    {
        var table = verbose
            ? new Table("NAME", "USER", "BACKEND", "RESOURCES", "INSTANCE", "PRICE", "STATUS", "SUBMITTED", "NEXT", "ERROR").Optional(8, 9)
            : new Table("NAME", "BACKEND", "GPU", "PRICE", "STATUS", "SUBMITTED", "NEXT").Optional(6);
        foreach (var run in runs)
        {
            Add(table, run, "", verbose, now);
            foreach (var job in run.Jobs)
                Add(table, job, "  ", verbose, now);
        }
        return table;
    }

    /// <summary>Jobs that hosts run and the database doesn't know.</summary>
    public static Table Of(IReadOnlyList<QuarantinedJob> jobs, DateTimeOffset now)
    {
        var table = new Table("JOB", "RUN", "PROJECT", "INSTANCE", "STATE", "PID", "STARTED").Optional(5);
        foreach (var job in jobs)
        {
            table.Add(
                (job.JobId.ToString(), Style.Plain), (job.RunName, Style.Plain), (job.ProjectName, Style.Plain), (job.Instance, Style.Plain),
                (job.State, Style.Busy), (job.Pid?.ToString() ?? "", Style.Plain), (job.StartedAt is { } time ? Words.Ago(time, now) : "", Style.Plain));
        }
        return table;
    }

    private static void Add(Table table, RunRow row, string indent, bool verbose, DateTimeOffset now)
    {
        var name = (indent + row.Name, indent.Length > 0 ? Style.Dim : Style.Plain);
        var backend = (row.Backend, Style.Plain);
        var price = (row.Price is { } dollars ? Words.Price(dollars) : "", Style.Plain);
        var alone = verbose && row.Inactivity > 0 ? $" (inactive for {Words.Elapsed(row.Inactivity)})" : "";
        var status = (row.StatusMessage + alone, StatusStyle(row.Status));
        var submitted = (row.SubmittedAt == default ? "" : Words.Ago(row.SubmittedAt, now), Style.Plain);
        var next = (row.NextTriggeredAt is { } time && !row.IsFinished ? Words.LocalTime(time) : "", Style.Plain);
        if (verbose)
            table.Add(name, (row.User, Style.Plain), backend, (row.Resources, Style.Plain), (row.Host, Style.Plain), price, status, submitted, next, (OneLine(row.Error), Style.Bad));
        else
            table.Add(name, backend, (row.Gpu.Length > 0 ? row.Gpu : "-", Style.Plain), price, status, submitted, next);
    }

    private static string OneLine(string? text) => text?.ReplaceLineEndings(" ") ?? "";

    private static Style StatusStyle(string status) => status switch
    {
        "running" => Style.Good,
        "done" => Style.Dim,
        "failed" => Style.Bad,
        "terminated" or "aborted" => Style.Dim,
        _ => Style.Busy,
    };
}
