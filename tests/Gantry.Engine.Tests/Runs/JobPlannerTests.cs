using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Tests.Runs;

public sealed class JobPlannerTests
{
    private static readonly TaskConfiguration Hello = new() { Commands = ["echo hi"] };

    [Fact]
    public void Effective_FillsWhatDstackFills()
    {
        var effective = JobPlanner.Effective(new RunSpec { Configuration = Hello with { Name = "hello" } });
        var task = (TaskConfiguration)effective.Configuration;
        Assert.Equal(("hello", "none", "virtual"), (effective.RunName, effective.RepoId, effective.RepoData!.Value.GetProperty("repo_type").GetString()));
        Assert.Equal((1, 0, null), (task.Nodes, task.Priority, task.StopDuration));
    }

    [Fact]
    public void Effective_Profile_FillsWhatTheConfigurationLeavesOut()
    {
        var profile = new Profile { MaxDuration = new DurationOrOff(TimeSpan.FromHours(2)), StopDuration = new DurationOrOff(TimeSpan.FromSeconds(10)) };
        var spec = new RunSpec { Configuration = Hello with { StopDuration = DurationOrOff.Off }, Profile = profile };
        var job = Assert.Single(JobPlanner.Jobs(JobPlanner.Effective(spec)));
        Assert.Equal((7200L, null), (job.MaxDuration, job.StopDuration));
    }

    [Fact]
    public void Job_HasDstacksDefaults()
    {
        var job = Assert.Single(Jobs(Hello with { User = "1000:users" }, name: null));
        Assert.Equal(("dry-run-0-0", 300L, null, "", "/workflow"), (job.JobName, job.StopDuration, job.MaxDuration, job.ImageName, job.RepoDir));
        Assert.Equal(new UnixUser(1000, null, null, "users"), job.User);
        Assert.Equal((false, false), (job.Requirements.Spot, job.Requirements.Multinode));
        Assert.True(job.SingleBranch);
        Assert.Null(job.Retry);
    }

    [Fact]
    public void Retry_True_IsAllEventsForAnHour()
    {
        var spec = JobPlanner.Effective(new RunSpec { Configuration = Hello with { Retry = new RetrySpec { Enabled = true } } });
        var retry = JobPlanner.Policy(spec).Retry!;
        Assert.Equal(3600, retry.Duration);
        Assert.Equal(Enum.GetValues<RetryEvent>(), retry.OnEvents);
        Assert.Null(JobPlanner.Policy(spec with { Configuration = Hello with { Retry = new RetrySpec { Enabled = false } } }).Retry);
    }

    [Fact]
    public void Groups_MakeNodesOfTheirOwn()
    {
        var jobs = Jobs(new TaskConfiguration
        {
            Groups =
            [
                new NodeGroup { Name = "head", Nodes = 1, Commands = ["echo head"], Resources = new ResourcesSpec { Memory = new Range<double>(4, null) } },
                new NodeGroup { Nodes = 2, Commands = ["echo worker"] },
            ],
        });
        Assert.Equal(["hello-0-0", "hello-1-0", "hello-2-0"], jobs.Select(job => job.JobName));
        Assert.Equal([("head", 0, 0), ("1", 1, 0), ("1", 1, 1)], jobs.Select(job => (job.NodeGroupName, job.NodeGroupIndex, job.NodeGroupJobIndex)));
        Assert.All(jobs, job => Assert.Equal(3, job.JobsPerReplica));
        Assert.Equal(4, jobs[0].Requirements.Resources.Memory!.Value.Min);
        Assert.Null(jobs[1].Requirements.Resources.Memory);
    }

    [Fact]
    public void Order_CarriesTheSystemEnvironment()
    {
        var (job, server, run) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var spec = Jobs(Hello with { Nodes = 2, WorkingDir = "~/work", User = "ubuntu", Env = Env(("A", "1"), ("A", "2")) })[1];
        var order = JobPlanner.Order(job, server, "main", run, "hello", null, spec, [new NodePlace("10.0.0.1", 4, 0, 0), new NodePlace("10.0.0.2", 8, 0, 1)], []);

        Assert.Equal((job, server, "main", "hello", "hello-1-0", "process"), (order.JobId, order.ServerId, order.ProjectName, order.RunName, order.JobName, order.Executor));
        Assert.Equal(("~/work", "ubuntu"), (order.WorkingDir, order.User));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], order.NodeIps);
        Assert.Equal([4, 8], order.NodeGpus);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["A"] = "2",
                ["PYTHONUNBUFFERED"] = "1",
                ["DSTACK_PROJECT"] = "main",
                ["DSTACK_RUN_NAME"] = "hello",
                ["DSTACK_RUN_ID"] = run.ToString(),
                ["DSTACK_JOB_ID"] = job.ToString(),
                ["DSTACK_REPO_ID"] = "none",
                ["DSTACK_REPLICA_NUM"] = "0",
                ["DSTACK_NODES_NUM"] = "2",
                ["DSTACK_NODE_RANK"] = "1",
                ["DSTACK_MASTER_NODE_IP"] = "10.0.0.1",
                ["DSTACK_NODES_IPS"] = "10.0.0.1\n10.0.0.2",
                ["DSTACK_GPUS_PER_NODE"] = "8",
                ["DSTACK_GPUS_NUM"] = "12",
            }.OrderBy(pair => pair.Key),
            order.Env.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Env_MayChangeADefault_ButNotTheRank()
    {
        var spec = Jobs(Hello with { Env = Env(("PYTHONUNBUFFERED", "0"), ("DSTACK_NODE_RANK", "7")) })[0];
        var env = JobPlanner.Order(Guid.NewGuid(), Guid.NewGuid(), "main", Guid.NewGuid(), "hello", "my-repo", spec, [new NodePlace("127.0.0.1", 0, 0, 0)], []).Env;
        Assert.Equal(("0", "0", "my-repo"), (env["PYTHONUNBUFFERED"], env["DSTACK_NODE_RANK"], env["DSTACK_REPO_ID"]));
    }

    private static IReadOnlyList<JobSpec> Jobs(TaskConfiguration task, string? name = "hello") =>
        JobPlanner.Jobs(JobPlanner.Effective(new RunSpec { RunName = name, Configuration = task }));

    private static EnvironmentVariables Env(params (string Name, string? Value)[] variables) =>
        new(variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
}
