using System.Text.Json.Serialization;

namespace Gantry.Client;

/// <summary>Answer of <c>GET /healthz</c>.</summary>
/// <param name="Status"><c>ok</c>, or what is wrong.</param>
/// <param name="Version">The server's version.</param>
/// <param name="Build">The build that it runs from.</param>
/// <param name="Pid">Its process.</param>
public sealed record ServerHealth(string Status, string? Version, string? Build, int? Pid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerHealth))]
[JsonSerializable(typeof(SubmissionStart))]
[JsonSerializable(typeof(ChangedRuns))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>Data of the server-sent event <c>submission</c>.</summary>
internal sealed record SubmissionStart(Guid JobSubmissionId, int SubmissionNum);

/// <summary>Data of the server-sent event <c>changed</c>.</summary>
internal sealed record ChangedRuns(IReadOnlyList<string> RunNames);
