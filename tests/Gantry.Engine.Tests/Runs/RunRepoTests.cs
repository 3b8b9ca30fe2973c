using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Tests.Runs;

/// <summary>Which repo a run has, and where it goes.</summary>
public sealed class RunRepoTests
{
    private static readonly TaskConfiguration Hello = new() { Commands = ["echo hi"] };

    [Fact]
    public void Data_OfAClient_IsRead_AndItsDiffIsNotRepeated()
    {
        var spec = JobPlanner.Effective(new RunSpec
        {
            RepoId = "demo-1",
            RepoData = Json("""{"repo_type":"remote","repo_name":"demo","repo_branch":"main","repo_hash":"abc1","repo_diff":"c2VjcmV0","repo_config_name":"Me","repo_config_email":null}"""),
            RepoDir = "src",
            Configuration = Hello with { Repos = [new RepoSpec { LocalPath = ".", Path = "src", IfExists = RepoExistsAction.Skip }] },
        });
        Assert.Equal(new RunRepo { IsRemote = true, Branch = "main", Hash = "abc1", ConfigName = "Me" }, RunRepo.Of(spec));
        Assert.DoesNotContain("c2VjcmV0", spec.RepoData!.Value.GetRawText(), StringComparison.Ordinal);
        var job = Assert.Single(JobPlanner.Jobs(spec));
        Assert.Equal(("src", "skip"), (job.RepoDir, job.RepoExistsAction));
        Assert.Empty(JobPlanner.Unsupported(spec));
    }

    [Fact]
    public void Url_OfAConfigurationAlone_IsEnough()
    {
        var spec = JobPlanner.Effective(new RunSpec { Configuration = Hello with { Repos = [new RepoSpec { Url = "https://host/demo", Branch = "dev" }] } });
        Assert.Equal(new RunRepo { IsRemote = true, Branch = "dev", Url = "https://host/demo" }, RunRepo.Of(spec));
        Assert.Equal((".", "error"), (JobPlanner.Jobs(spec)[0].RepoDir, JobPlanner.Jobs(spec)[0].RepoExistsAction));
    }

    [Fact]
    public void LocalPath_WithoutAClientsWord_IsRefused()
    {
        var spec = JobPlanner.Effective(new RunSpec { Configuration = Hello with { Repos = [new RepoSpec { LocalPath = ".." }] } });
        Assert.StartsWith("repos: ..: ", Assert.Single(JobPlanner.Unsupported(spec)), StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_ThatIsUploaded_IsNoRemote() =>
        Assert.Equal(new RunRepo { IsRemote = false }, RunRepo.Of(new RunSpec { Configuration = Hello, RepoData = Json("""{"repo_type":"local","repo_dir":"/x"}""") }));

    [Fact]
    public void NoRepo_GoesToDstacksUsualDirectory()
    {
        var spec = JobPlanner.Effective(new RunSpec { Configuration = Hello });
        Assert.Null(RunRepo.Of(spec));
        Assert.Equal(("/workflow", null), (JobPlanner.Jobs(spec)[0].RepoDir, JobPlanner.Jobs(spec)[0].RepoExistsAction));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
