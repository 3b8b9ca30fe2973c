using System.Text.Json.Serialization;

namespace Gantry.Model.Api;

/// <summary>What a repo is. dstack's <c>repo_info</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "repo_type")]
[JsonDerivedType(typeof(RemoteRepoInfo), "remote")]
[JsonDerivedType(typeof(LocalRepoInfo), "local")]
[JsonDerivedType(typeof(VirtualRepoInfo), "virtual")]
public abstract record RepoInfo;

/// <summary>A Git repo that hosts clone.</summary>
/// <param name="RepoName">Its name, for people.</param>
public sealed record RemoteRepoInfo(string RepoName) : RepoInfo;

/// <summary>A directory that is uploaded.</summary>
/// <param name="RepoDir">Where it is on the user's machine.</param>
public sealed record LocalRepoInfo(string RepoDir) : RepoInfo;

/// <summary>No repo.</summary>
public sealed record VirtualRepoInfo : RepoInfo;

/// <summary>Where a Git repo is cloned from, and as whom.</summary>
/// <param name="CloneUrl">Its URL.</param>
/// <param name="PrivateKey">A private key as OpenSSH writes it, for a URL of ssh.</param>
/// <param name="OauthToken">A token, for a URL of http.</param>
public sealed record RemoteRepoCreds(string CloneUrl, string? PrivateKey = null, string? OauthToken = null)
{
    /// <summary>Nothing of it: a record prints all that it holds.</summary>
    public override string ToString() => nameof(RemoteRepoCreds);
}

/// <summary>A repo of a project.</summary>
/// <param name="RepoId">Its id, chosen by the client; unique in the project.</param>
/// <param name="RepoInfo">What it is.</param>
public sealed record RepoHead(string RepoId, RepoInfo RepoInfo);

/// <summary>A repo with the caller's own credentials.</summary>
/// <param name="RepoId">Its id.</param>
/// <param name="RepoInfo">What it is.</param>
/// <param name="RepoCreds">The credentials; null where there are none, or were not asked for.</param>
public sealed record RepoHeadWithCreds(string RepoId, RepoInfo RepoInfo, RemoteRepoCreds? RepoCreds);

/// <summary>Body of <c>repos/get</c>.</summary>
public sealed record GetRepoRequest(string RepoId, bool IncludeCreds);

/// <summary>Body of <c>repos/init</c>.</summary>
/// <param name="RepoId">Its id.</param>
/// <param name="RepoInfo">What it is.</param>
/// <param name="RepoCreds">The caller's credentials; null leaves those that are there.</param>
public sealed record SaveRepoCredsRequest(string RepoId, RepoInfo RepoInfo, RemoteRepoCreds? RepoCreds = null);

/// <summary>Body of <c>repos/delete</c>.</summary>
public sealed record DeleteReposRequest(IReadOnlyList<string> ReposIds);
