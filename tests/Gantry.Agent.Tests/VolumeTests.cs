using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

/// <summary>What the real agent does about volumes, whenever it dies.</summary>
public sealed class VolumeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gantry-volumes-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Volume_MadeUsedAndDeleted_KeepsItsDataFromJobToJobAndThenIsGone()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        Assert.Contains(LinkProtocol.VolumesFeature, server.Hello.Features);
        var volume = Volume();
        await WantAsync(server, volume);
        await UntilAsync(server, volume, VolumeCondition.Ready);
        Assert.True(Directory.Exists(volume.Directory));

        Assert.Equal(0, (await RunAsync(server, "echo precious > data/file", volume)).ExitStatus);
        Assert.Equal(0, (await RunAsync(server, "test $(cat data/file) = precious", volume)).ExitStatus);
        // Measured when a job that had it has ended.
        await server.Until(() => server.Volumes.Any(one => one is { UsedBytes: 9, FreeBytes: > 0 }), "the volume measured");

        await WantAsync(server, volume with { Delete = true });
        await UntilAsync(server, volume, VolumeCondition.Deleted);
        Assert.False(Directory.Exists(Path.GetDirectoryName(volume.Directory)));
    }

    [Fact]
    public async Task Killed_WhileItDeletes_TheNextAgentGoesOn()
    {
        await using var agent = await TestAgent.StartAsync();
        var volume = Volume();
        var id = Guid.NewGuid();
        await using (var server = await agent.ConnectAsync(id))
        {
            await WantAsync(server, volume);
            await UntilAsync(server, volume, VolumeCondition.Ready);
            for (var i = 0; i < 5000; i++)
                await File.WriteAllTextAsync(Path.Combine(volume.Directory, $"{i}"), "", TestContext.Current.CancellationToken);
            await WantAsync(server, volume with { Delete = true });
            await agent.KillAsync();
        }
        await agent.RestartAsync();

        await using var again = await agent.ConnectAsync(id);
        await WantAsync(again, volume with { Delete = true });
        await UntilAsync(again, volume, VolumeCondition.Deleted);
        Assert.False(Directory.Exists(Path.GetDirectoryName(volume.Directory)));
        // Said once more, it is still gone.
        await WantAsync(again, volume with { Delete = true });
        await again.Until(() => again.Volumes.Count(one => one.State == VolumeCondition.Deleted) == 2, "the second word");
    }

    [Fact]
    public async Task Deletion_OfAVolumeThatAJobHas_WaitsForTheJob()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var volume = Volume();
        await WantAsync(server, volume);
        await UntilAsync(server, volume, VolumeCondition.Ready);
        var order = Order(server, "echo kept > data/file; sleep 100", volume);
        await server.WantAsync(order);
        await server.UntilRunningAsync(order.JobId);

        await WantAsync(server, volume with { Delete = true });
        await UntilAsync(server, volume, VolumeCondition.Failed);
        Assert.Contains("still runs there and has it", server.Volumes[^1].Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(volume.Directory));

        await server.StopAsync(order.JobId, 0);
        await UntilAsync(server, volume, VolumeCondition.Deleted);
        Assert.False(Directory.Exists(volume.Directory));
    }

    [Fact]
    public async Task Deletion_WithoutTheServersMark_IsRefused()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var volume = Volume();
        await WantAsync(server, volume);
        await UntilAsync(server, volume, VolumeCondition.Ready);
        var unmarked = Volume();
        Directory.CreateDirectory(unmarked.Directory);
        var anywhere = new WantedVolume { VolumeId = Guid.NewGuid(), Directory = _root, Delete = true };

        await using var other = await agent.ConnectAsync();
        await WantAsync(other, volume with { Delete = true });
        await UntilAsync(other, volume, VolumeCondition.Failed);
        await WantAsync(server, unmarked with { Delete = true }, anywhere, anywhere with { VolumeId = Guid.NewGuid(), External = true });
        await server.Until(() => server.Volumes.Count(one => one.State == VolumeCondition.Failed) == 3, "three refusals");

        Assert.True(Directory.Exists(volume.Directory));
        Assert.True(Directory.Exists(unmarked.Directory));
    }

    [Fact]
    public async Task Directory_ThatIsGone_IsALossAndNotMadeAnew()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var volume = Volume() with { MayCreate = false };
        await WantAsync(server, volume);
        await UntilAsync(server, volume, VolumeCondition.Failed);
        Assert.Contains("is gone: it was there before", server.Volumes[^1].Error, StringComparison.Ordinal);

        var ended = await RunAsync(server, "true", volume);
        Assert.Equal(ObservedState.FailedToStart, ended.State);
        Assert.Contains("The job can not have the volume data.", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(volume.Directory));
    }

    [Fact]
    public async Task Link_LeavesAloneWhatIsInItsWay_AndIsUsedAgain()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var (volume, other) = (Volume(), Volume());
        var directory = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;

        Assert.Equal(0, (await RunAsync(server, "echo a > data/file", volume, directory)).ExitStatus);
        Assert.Equal(0, (await RunAsync(server, "test $(cat data/file) = a", volume, directory)).ExitStatus);
        Assert.Contains("there is a link to", (await RunAsync(server, "true", other, directory)).Error, StringComparison.Ordinal);
        await WantAsync(server, volume with { Delete = true });
        await UntilAsync(server, volume, VolumeCondition.Deleted);
        // The link leads nowhere now.
        Assert.Equal(0, (await RunAsync(server, "echo b > data/file", other, directory)).ExitStatus);
        Assert.Equal("b\n", await File.ReadAllTextAsync(Path.Combine(other.Directory, "file"), TestContext.Current.CancellationToken));

        var taken = Directory.CreateDirectory(Path.Combine(_root, "taken", "data")).Parent!.FullName;
        Assert.Contains("there is something else already", (await RunAsync(server, "true", other, taken)).Error, StringComparison.Ordinal);
        Assert.Contains("can not be mounted at /elsewhere", (await RunAsync(server, "true", other, taken, "/elsewhere")).Error, StringComparison.Ordinal);
    }

    private WantedVolume Volume()
    {
        var id = Guid.NewGuid();
        return new WantedVolume { VolumeId = id, Directory = Path.Combine(_root, "volumes", id.ToString("D"), "data"), MayCreate = true };
    }

    private static Task WantAsync(TestServer server, params WantedVolume[] volumes) => server.SendAsync(new WantVolumes { Volumes = volumes });

    private static Task UntilAsync(TestServer server, WantedVolume volume, VolumeCondition state) =>
        server.Until(() => server.Volumes.LastOrDefault(one => one.VolumeId == volume.VolumeId)?.State == state, $"the volume {state}");

    private static async Task<ObservedJob> RunAsync(TestServer server, string script, WantedVolume volume, string? directory = null, string target = "./data")
    {
        var order = Order(server, script, volume, directory, target);
        await server.WantAsync(order);
        return await server.UntilEndedAsync(order.JobId);
    }

    private static JobOrder Order(TestServer server, string script, WantedVolume volume, string? directory = null, string target = "./data") =>
        server.Order(script) with { WorkingDir = directory, Volumes = [new JobVolume { Volume = volume, Name = "data", Target = target }] };
}
