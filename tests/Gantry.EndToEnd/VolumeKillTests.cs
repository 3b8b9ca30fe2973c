using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>Server and agent are killed (-9) around the making, the use and the deletion of a volume.</summary>
public sealed class VolumeKillTests : EndToEndTest
{
    [Fact]
    public async Task Killed_AtEachStepOfAVolumesLife_ItIsMadeKeptAndDeletedOnce()
    {
        await Home.StartServer();
        await Home.Api.Post("/api/project/main/volumes/create", JsonNode.Parse("""{"configuration": {"type": "volume", "name": "data"}}"""));
        await KillBoth();
        await Home.StartServer();
        await Deadline.Until("the volume made after a kill", async () => (string?)(await Volume())?["status"] == "active");
        var directory = (string)(await Volume())!["volume_id"]!;

        var gate = new Gate(Home, "writes");
        await Home.Submit("writes", ["echo precious > data/file", .. gate.Commands()], "volumes: [\"data:./data\"]");
        await gate.UntilReached();
        await KillBoth();
        gate.Open();
        await gate.UntilEnded();
        await Home.StartServer();
        await Home.Api.UntilRun("writes", "done");
        Assert.Equal("precious\n", await File.ReadAllTextAsync(Path.Combine(directory, "file"), TestContext.Current.CancellationToken));

        // Enough files that the agent dies in the middle of them, mostly.
        for (var i = 0; i < 20_000; i++)
            File.Create(Path.Combine(directory, $"{i}")).Dispose();
        await Home.Api.Post("/api/project/main/volumes/delete", JsonNode.Parse("""{"names": ["data"]}"""));
        await KillBoth();
        await Home.StartServer();
        await Deadline.Until("the volume deleted after a kill", async () => await Volume() is null);
        Assert.False(Directory.Exists(Path.GetDirectoryName(directory)));
        Assert.True(Directory.Exists(Path.Combine(Home.Directory, "volumes")));
    }

    [Fact]
    public async Task Lost_DirectoryOfAVolume_IsToldAndNotMadeAnew()
    {
        await Home.GantryOk("apply", "-f", Home.Write("data", "type: volume\nname: data\n"), "-y");
        var directory = (string)(await Volume())!["volume_id"]!;
        Directory.Delete(directory);
        await Home.KillAgent();

        await Deadline.Until("the loss told", async () => (string?)(await Volume())!["status"] == "failed");

        Assert.Contains("is gone: it was there before. No new one was made in its place.", (string?)(await Volume())!["status_message"], StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
        await Home.GantryOk("volume", "delete", "data", "-y");
    }

    private async Task KillBoth()
    {
        await Home.KillServer();
        if (Home.AgentPid is not null)
            await Home.KillAgent();
    }

    private async Task<JsonNode?> Volume() => (await Home.Api.Send(HttpMethod.Post, "/api/project/main/volumes/get", new JsonObject { ["name"] = "data" })) is { Status: System.Net.HttpStatusCode.OK } found ? found.Body : null;
}
