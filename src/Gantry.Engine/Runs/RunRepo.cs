using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Runs;

/// <summary>The repo of a run: what its client says of it (<c>repo_data</c>), or what its configuration says alone.</summary>
public sealed record RunRepo
{
    /// <summary>Where it goes when nobody says it: dstack's own.</summary>
    public const string UsualDir = "/workflow";

    /// <summary>Whether it is cloned; otherwise it is uploaded whole.</summary>
    public required bool IsRemote { get; init; }
    /// <summary>The branch; null for the remote's own.</summary>
    public string? Branch { get; init; }
    /// <summary>The commit; null for the branch's last.</summary>
    public string? Hash { get; init; }
    /// <summary>The user's name for commits.</summary>
    public string? ConfigName { get; init; }
    /// <summary>The user's address for commits.</summary>
    public string? ConfigEmail { get; init; }
    /// <summary>The URL as the configuration has it; null where only the client knows it.</summary>
    public string? Url { get; init; }

    /// <summary>That of a spec; null for a run without.</summary>
    public static RunRepo? Of(RunSpec spec)
    {
        var named = (spec.Configuration as RunConfiguration)?.Repos is [var one, ..] ? one : null;
        var data = spec.RepoData is { ValueKind: JsonValueKind.Object } element ? element : default;
        return Text(data, "repo_type") switch
        {
            "remote" => new RunRepo
            {
                IsRemote = true,
                Branch = Text(data, "repo_branch") ?? named?.Branch,
                Hash = Text(data, "repo_hash") ?? named?.Hash,
                ConfigName = Text(data, "repo_config_name"),
                ConfigEmail = Text(data, "repo_config_email"),
                Url = named?.Url,
            },
            "local" => new RunRepo { IsRemote = false },
            _ => named?.Url is { } url ? new RunRepo { IsRemote = true, Branch = named.Branch, Hash = named.Hash, Url = url } : null,
        };
    }

    /// <summary>Where it goes in the job, relative to its working directory.</summary>
    public static string Dir(RunSpec spec) => spec.RepoDir ?? ((spec.Configuration as RunConfiguration)?.Repos is [var named, ..] ? named.Path : UsualDir);

    /// <summary>What to do when there is something already: the configuration's word.</summary>
    public static string? ExistsAction(RunSpec spec) => (spec.Configuration as RunConfiguration)?.Repos is [var named, ..] ? WireName.Of(named.IfExists) : null;

    /// <summary>A client's description without the diff itself, which older clients send with it: that is no part of a reply.</summary>
    internal static JsonElement? WithoutDiff(JsonElement? data)
    {
        if (data is not { ValueKind: JsonValueKind.Object } element || !element.TryGetProperty("repo_diff", out _))
        {
            return data;
        }

        var kept = JsonObject.Create(element)!;
        kept.Remove("repo_diff");
        return JsonDocument.Parse(kept.ToJsonString()).RootElement.Clone();
    }

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value is { ValueKind: JsonValueKind.String } && value.GetString() is { Length: > 0 } text ? text : null;
}
