using System.Globalization;
using System.Text.Json;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Cli.Listing;

/// <summary>Which runs a listing shows.</summary>
/// <param name="All">Finished ones too; otherwise the unfinished ones, or the last one where all have finished.</param>
/// <param name="Last">At most so many, the latest; null for all.</param>
internal sealed record RunListing(bool All, int? Last)
{
    private const int PageSize = 100;

    /// <summary>The runs as the server wrote them, the latest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(ProjectConnection project, CancellationToken cancellation)
    {
        if (All || Last is not null)
            return await PagesAsync(project, onlyActive: false, Last ?? int.MaxValue, cancellation);
        var active = await PagesAsync(project, onlyActive: true, int.MaxValue, cancellation);
        return active.Count > 0 ? active : await PagesAsync(project, onlyActive: false, 1, cancellation);
    }

    /// <summary>Quarantined jobs, for administrators; none for others, and none of a server that has no such thing.</summary>
    public static async Task<IReadOnlyList<QuarantinedJob>> QuarantinedAsync(ProjectConnection project, CancellationToken cancellation)
    {
        try
        {
            return await project.Client.ListQuarantinedAsync(cancellation);
        }
        catch (ApiException)
        {
            return [];
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> PagesAsync(ProjectConnection project, bool onlyActive, int count, CancellationToken cancellation)
    {
        var runs = new List<JsonElement>();
        var request = new ListRunsRequest { ProjectName = project.Name, OnlyActive = onlyActive, JobSubmissionsLimit = 1 };
        while (runs.Count < count)
        {
            var limit = Math.Min(PageSize, count - runs.Count);
            var page = await project.Client.ListRunsJsonAsync(request with { Limit = limit }, cancellation);
            runs.AddRange(page.EnumerateArray());
            if (page.GetArrayLength() < limit)
                break;
            var last = runs[^1];
            request = request with
            {
                PrevSubmittedAt = DateTimeOffset.Parse(last.GetProperty("submitted_at").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                PrevRunId = last.GetProperty("id").GetGuid(),
            };
        }
        return runs;
    }
}
