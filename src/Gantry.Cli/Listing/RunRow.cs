using System.Globalization;
using System.Text.Json;
using Gantry.Cli.Output;
using Gantry.Model.Link;

namespace Gantry.Cli.Listing;

/// <summary>A run, or a job of one, as a listing shows it. Read straight from the reply: the typed records with their whole configurations would take
/// longer to build than everything else that <c>ps</c> does.</summary>
internal sealed record RunRow
{
    private const string Pulling = "pulling";

    public required string Name { get; init; }
    public required string Status { get; init; }
    public required string StatusMessage { get; init; }
    public DateTimeOffset SubmittedAt { get; init; }
    public string User { get; init; } = "";
    public string Backend { get; init; } = "";
    public string Host { get; init; } = "";
    public string Resources { get; init; } = "";
    public string Gpu { get; init; } = "";
    public double? Price { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? NextTriggeredAt { get; init; }
    /// <summary>Seconds for which nobody has been attached, where that has a limit.</summary>
    public long Inactivity { get; init; }
    /// <summary>Its jobs, where there are several.</summary>
    public IReadOnlyList<RunRow> Jobs { get; init; } = [];

    public bool IsFinished => Status is "done" or "failed" or "terminated";

    public static RunRow Read(JsonElement run)
    {
        // Loops, not queries: over structs such as these, each query operator is compiled anew at every start.
        var jobs = new List<RunRow>();
        var backends = new List<string>();
        double? price = null;
        foreach (var item in Items(run, "jobs"))
        {
            var job = ReadJob(item);
            jobs.Add(job);
            if (job.Backend.Length > 0 && !backends.Contains(job.Backend))
                backends.Add(job.Backend);
            if (job.Price is { } dollars)
                price = (price ?? 0) + dollars;
        }
        var first = jobs.Count > 0 ? jobs[0] : null;
        var message = Text(run, "status_message") is { Length: > 0 } said ? said : Text(run, "status") ?? "";
        return new RunRow
        {
            Name = Text(Child(run, "run_spec"), "run_name") ?? "",
            Status = Text(run, "status") ?? "",
            // Its only job knows how far its image is.
            StatusMessage = message == Pulling && jobs.Count == 1 ? first!.StatusMessage : message,
            SubmittedAt = Time(run, "submitted_at") ?? default,
            User = Text(run, "user") ?? "",
            Backend = string.Join(", ", backends),
            Host = jobs.Count == 1 ? first!.Host : "",
            Resources = jobs.Count == 1 ? first!.Resources : "",
            Gpu = jobs.Count == 1 ? first!.Gpu : "",
            Price = price,
            Error = Text(run, "error") ?? (jobs.Count == 1 ? first!.Error : null),
            NextTriggeredAt = Time(run, "next_triggered_at"),
            Inactivity = Number(Child(run, "latest_job_submission"), "inactivity_secs"),
            Jobs = jobs.Count > 1 ? jobs : [],
        };
    }

    private static RunRow ReadJob(JsonElement job)
    {
        var spec = Child(job, "job_spec");
        var submission = Last(job, "job_submissions");
        var place = Child(submission, "job_provisioning_data");
        var type = Child(place, "instance_type");
        var (backend, region) = (Text(place, "backend") ?? "", Text(place, "region") ?? "");
        return new RunRow
        {
            Name = $"replica={Number(spec, "replica_num")} job={Number(spec, "job_num")}",
            Status = Text(submission, "status") ?? "",
            StatusMessage = Message(submission),
            SubmittedAt = Time(submission, "submitted_at") ?? default,
            Backend = region.Length == 0 || region == backend ? backend : $"{backend} ({region})",
            Host = Text(type, "name") ?? "",
            Resources = HostWords.Of(Child(type, "resources")),
            Gpu = HostWords.Gpus(Child(type, "resources")),
            Price = place.ValueKind == JsonValueKind.Object && place.TryGetProperty("price", out var price) && price.ValueKind == JsonValueKind.Number ? price.GetDouble() : null,
            Error = Text(submission, "termination_reason_message") ?? Text(submission, "error"),
        };
    }

    private static string Message(JsonElement submission)
    {
        var message = Text(submission, "status_message") is { Length: > 0 } said ? said : Text(submission, "status") ?? "";
        if (message != Pulling || Child(submission, "image_pull_progress") is not { ValueKind: JsonValueKind.Object } pull || Number(pull, "total_bytes") is not (> 0 and var total))
            return message;
        var isFinal = Child(pull, "is_total_bytes_final").ValueKind == JsonValueKind.True;
        return $"{message} {Words.Of(new ImagePullProgress(Number(pull, "downloaded_bytes"), Number(pull, "extracted_bytes"), total, isFinal))}";
    }

    internal static JsonElement Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    internal static string? Text(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    internal static long Number(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    internal static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : default;

    /// <summary>The last item of a list; of kind Undefined where there is none.</summary>
    internal static JsonElement Last(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } value && value.GetArrayLength() is > 0 and var count ? value[count - 1] : default;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Text(element, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
