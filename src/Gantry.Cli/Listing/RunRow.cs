using System.Globalization;
using System.Text.Json;

namespace Gantry.Cli.Listing;

/// <summary>A run, or a job of one, as a listing shows it. Read straight from the reply: the typed records with their whole configurations would take
/// longer to build than everything else that <c>ps</c> does.</summary>
internal sealed record RunRow
{
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
    /// <summary>Its jobs, where there are several.</summary>
    public IReadOnlyList<RunRow> Jobs { get; init; } = [];

    public bool IsFinished => Status is "done" or "failed" or "terminated";

    public static RunRow Read(JsonElement run)
    {
        var jobs = Items(run, "jobs").Select(ReadJob).ToList();
        var first = jobs.Count > 0 ? jobs[0] : null;
        var prices = jobs.Select(job => job.Price).OfType<double>().ToList();
        return new RunRow
        {
            Name = Text(Child(run, "run_spec"), "run_name") ?? "",
            Status = Text(run, "status") ?? "",
            StatusMessage = Text(run, "status_message") is { Length: > 0 } message ? message : Text(run, "status") ?? "",
            SubmittedAt = Time(run, "submitted_at") ?? default,
            User = Text(run, "user") ?? "",
            Backend = string.Join(", ", jobs.Select(job => job.Backend).Where(backend => backend.Length > 0).Distinct()),
            Host = jobs.Count == 1 ? first!.Host : "",
            Resources = jobs.Count == 1 ? first!.Resources : "",
            Gpu = jobs.Count == 1 ? first!.Gpu : "",
            Price = prices.Count > 0 ? prices.Sum() : null,
            Error = Text(run, "error") ?? (jobs.Count == 1 ? first!.Error : null),
            NextTriggeredAt = Time(run, "next_triggered_at"),
            Jobs = jobs.Count > 1 ? jobs : [],
        };
    }

    private static RunRow ReadJob(JsonElement job)
    {
        var spec = Child(job, "job_spec");
        var submission = Items(job, "job_submissions").LastOrDefault();
        var place = Child(submission, "job_provisioning_data");
        var type = Child(place, "instance_type");
        var (backend, region) = (Text(place, "backend") ?? "", Text(place, "region") ?? "");
        return new RunRow
        {
            Name = $"replica={Number(spec, "replica_num")} job={Number(spec, "job_num")}",
            Status = Text(submission, "status") ?? "",
            StatusMessage = Text(submission, "status_message") is { Length: > 0 } message ? message : Text(submission, "status") ?? "",
            SubmittedAt = Time(submission, "submitted_at") ?? default,
            Backend = region.Length == 0 || region == backend ? backend : $"{backend} ({region})",
            Host = Text(type, "name") ?? "",
            Resources = HostWords.Of(Child(type, "resources")),
            Gpu = HostWords.Gpus(Child(type, "resources")),
            Price = place.ValueKind == JsonValueKind.Object && place.TryGetProperty("price", out var price) && price.ValueKind == JsonValueKind.Number ? price.GetDouble() : null,
            Error = Text(submission, "termination_reason_message") ?? Text(submission, "error"),
        };
    }

    internal static JsonElement Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    internal static string? Text(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    internal static long Number(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    internal static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Text(element, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
