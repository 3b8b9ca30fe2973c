using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Tests.Runs;

public sealed class NodeReferenceTests
{
    private static readonly NodePlace[] Places = [new("10.0.0.1", 0, 0, 0), new("10.0.0.2", 8, 1, 0), new("10.0.0.3", 8, 1, 1)];

    [Theory]
    [InlineData("ray start --address=${{ groups[0].nodes[0].IP_ADDRESS }}:6379", "ray start --address=10.0.0.1:6379")]
    [InlineData("${{groups[1].nodes[0].IP_ADDRESS}},${{  groups[1].nodes[1].IP_ADDRESS  }}", "10.0.0.2,10.0.0.3")]
    [InlineData("echo '$${{ groups[0].nodes[0].IP_ADDRESS }}'", "echo '${{ groups[0].nodes[0].IP_ADDRESS }}'")]
    [InlineData("echo ${HOME} ${{ other.thing }} $$", "echo ${HOME} ${{ other.thing }} $$")]
    public void Reference_InACommand_BecomesTheNodesAddress(string command, string expected) => Assert.Equal(
        $"{expected}\n", Order(new TaskConfiguration { Shell = "sh", Groups = Groups(command) }, rank: 1).Command[^1]);

    [Fact]
    public void Reference_InTheEnvironmentAndInAnEntrypoint_BecomesTheNodesAddress()
    {
        var task = new TaskConfiguration
        {
            Image = "ubuntu",
            Nodes = 2,
            Entrypoint = "serve --head ${{ groups[0].nodes[1].IP_ADDRESS }}:80 'a b'",
            Env = new([new("HEAD", "http://${{ groups[0].nodes[0].IP_ADDRESS }}/")]),
        };

        var order = Order(task, rank: 0, new NodePlace("10.0.0.1", 0, 0, 0), new NodePlace("10.0.0.2", 0, 0, 1));

        Assert.Empty(JobPlanner.Unsupported(JobPlanner.Effective(new RunSpec { Configuration = task })));
        Assert.Equal(["serve", "--head", "10.0.0.2:80", "a b"], order.Command);
        Assert.Equal("http://10.0.0.1/", order.Env["HEAD"]);
    }

    [Fact]
    public void Groups_EachNodeHasItsOwnCommandsAndDevices()
    {
        var task = new TaskConfiguration { Groups = Groups("work") };

        Assert.Empty(JobPlanner.Unsupported(JobPlanner.Effective(new RunSpec { Configuration = task })));
        Assert.Equal(["head\n", "work\n", "work\n"], Enumerable.Range(0, 3).Select(rank => Order(task, rank).Command[^1]));
        Assert.Equal(["0", "8", "8"], Enumerable.Range(0, 3).Select(rank => Order(task, rank).Env["DSTACK_GPUS_PER_NODE"]));
        Assert.All(Enumerable.Range(0, 3), rank => Assert.Equal(("3", "16"), (Order(task, rank).Env["DSTACK_NODES_NUM"], Order(task, rank).Env["DSTACK_GPUS_NUM"])));
    }

    private static NodeGroup[] Groups(string workers) => [new() { Name = "head", Commands = ["head"] }, new() { Nodes = 2, Commands = [workers] }];

    private static Gantry.Model.Link.JobOrder Order(TaskConfiguration task, int rank, params NodePlace[] places) => JobPlanner.Order(
        Guid.NewGuid(), Guid.NewGuid(), "main", Guid.NewGuid(), "run", null,
        JobPlanner.Jobs(JobPlanner.Effective(new RunSpec { RunName = "run", Configuration = task }))[rank], places.Length > 0 ? places : Places, []);
}
