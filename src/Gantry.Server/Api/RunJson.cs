using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.States;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>
/// Writes runs in the shape of <see cref="Run"/> straight from their rows. Specs are stored as the JSON that they are served
/// as, and copied: parsing and printing them again would be most of the cost of a listing.
/// </summary>
internal sealed class RunJson(IReadOnlyDictionary<Guid, InstanceRow> instances)
{
    private readonly Dictionary<Guid, HostJson> hosts = [];

    /// <summary>Writes a run.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="entry">The run, with all submissions of its jobs.</param>
    /// <param name="withJobs">Whether to list the jobs.</param>
    /// <param name="submissionsLimit">At most so many submissions a job, the latest; null for all.</param>
    public void Write(Utf8JsonWriter json, RunQueries.Entry entry, bool withJobs, int? submissionsLimit)
    {
        var run = entry.Run;
        var latest = entry.Jobs.Count > 0 ? entry.Jobs[0][^1] : null;
        json.WriteStartObject();
        json.WriteString("id", run.Id);
        json.WriteString("project_name", entry.Project);
        json.WriteString("user", entry.User);
        json.WriteNull("fleet");
        WriteTime(json, "submitted_at", run.SubmittedAt);
        WriteTime(json, "last_processed_at", run.LastProcessedAt);
        json.WriteString("status", run.Status);
        json.WriteString("status_message", entry.Message);
        json.WriteString("termination_reason", run.TerminationReason);
        json.WritePropertyName("run_spec");
        json.WriteRawValue(run.Spec, skipInputValidation: true);
        json.WriteStartArray("jobs");
        if (withJobs)
        {
            foreach (var submissions in entry.Jobs)
                WriteJob(json, submissions, submissionsLimit, entry.Inactivity);
        }
        json.WriteEndArray();
        json.WritePropertyName("latest_job_submission");
        if (latest is null)
            json.WriteNullValue();
        else
            WriteSubmission(json, latest, entry.Inactivity);
        json.WriteNumber("cost", 0.0);
        json.WriteNull("service");
        json.WriteNumber("deployment_num", 0);
        json.WriteString("error", run.Error ?? (run.Status == "submitted" ? run.WaitingFor : entry.Away));
        json.WriteBoolean("deleted", run.DeletedAt is not null);
        WriteTime(json, "next_triggered_at", run.NextTriggeredAt);
        json.WriteEndObject();
    }

    private void WriteJob(Utf8JsonWriter json, IReadOnlyList<JobRow> submissions, int? limit, long? inactivity)
    {
        json.WriteStartObject();
        json.WritePropertyName("job_spec");
        json.WriteRawValue(submissions[^1].Spec, skipInputValidation: true);
        json.WriteStartArray("job_submissions");
        foreach (var submission in submissions.Skip(limit is { } most ? Math.Max(0, submissions.Count - most) : 0))
            WriteSubmission(json, submission, submission == submissions[^1] ? inactivity : null);
        json.WriteEndArray();
        json.WriteNull("job_connection_info");
        json.WriteEndObject();
    }

    private void WriteSubmission(Utf8JsonWriter json, JobRow job, long? inactivity)
    {
        json.WriteStartObject();
        json.WriteString("id", job.Id);
        json.WriteNumber("submission_num", job.SubmissionNum);
        json.WriteNumber("deployment_num", 0);
        WriteTime(json, "submitted_at", job.SubmittedAt);
        WriteTime(json, "last_processed_at", job.LastProcessedAt);
        WriteTime(json, "finished_at", job.FinishedAt);
        WriteNumber(json, "inactivity_secs", inactivity);
        json.WriteString("status", job.Status);
        json.WriteString("status_message", StatusMessages.Job(
            StateNames.Parse<JobStatus>(job.Status)!.Value, StateNames.Parse<JobTerminationReason>(job.TerminationReason), job.ExitStatus));
        json.WriteString("termination_reason", job.TerminationReason);
        json.WriteString("termination_reason_message", job.TerminationMessage);
        WriteNumber(json, "exit_status", job.ExitStatus);
        WritePlacement(json, job);
        json.WriteString("error", job.Status == "failed" ? job.TerminationMessage : null);
        json.WriteStartArray("probes");
        json.WriteEndArray();
        json.WriteNull("image_pull_progress");
        json.WriteEndObject();
    }

    private void WritePlacement(Utf8JsonWriter json, JobRow job)
    {
        if (job.InstanceId is not { } id || !instances.TryGetValue(id, out var instance) || instance.Facts is null)
        {
            json.WriteNull("job_provisioning_data");
            json.WriteNull("job_runtime_data");
            return;
        }
        if (!hosts.TryGetValue(id, out var host))
            hosts[id] = host = HostJson.Of(instance);
        json.WritePropertyName("job_provisioning_data");
        json.WriteRawValue(host.Provisioning, skipInputValidation: true);
        json.WritePropertyName("job_runtime_data");
        json.WriteRawValue(host.Runtime, skipInputValidation: true);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value.UtcDateTime);
        else
            json.WriteNull(name);
    }
}
