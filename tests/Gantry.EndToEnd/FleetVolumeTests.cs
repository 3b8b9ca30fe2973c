using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>Volumes on hosts of a fleet.</summary>
public sealed class FleetVolumeTests : FleetTest
{
    [Fact]
    public async Task Volume_OnAFleet_TakesItsRunsAlong_AndHoldsItsHostUntilItIsDeleted()
    {
        var hosts = await MakeFleet(2);
        await Home.GantryOk("apply", "-f", Home.Write("data", "type: volume\nname: data\nfleet: lab\n"), "-y");
        Assert.Null((string?)(await Volume())!["volume_id"]);

        await Home.Submit("writes", ["echo $(id -un) > data/file", "hostname"], $"{Small}\nvolumes: [\"data:./data\"]");
        await Home.Api.UntilRun("writes", "done");
        var name = (await Home.GantryOk("logs", "writes")).Output.Trim();
        var (holder, other) = hosts[0].Name == name ? (hosts[0], hosts[1]) : (hosts[1], hosts[0]);

        // The holder is full: the next run waits for it, though the other one is free.
        var instance = (string)(await Instance(holder))["name"]!;
        await Home.Submit("fills", ["sleep 1000"], $"{Small}\ninstances: [{instance}]");
        await Home.Api.UntilRun("fills", "running");
        await Home.Submit("reads", ["cat data/file", "hostname"], $"{Small}\nvolumes: [\"data:./data\"]");
        await Deadline.Until("the run waits for its volume's host", async () => (await Home.GantryOk("ps", "-v")).Output.Contains($"host {instance} is taken", StringComparison.Ordinal));
        await Home.GantryOk("stop", "fills", "-y");
        await Home.Api.UntilRun("reads", "done");
        Assert.Equal($"{SshHost.PlainUser}\n{holder.Name}\n", (await Home.GantryOk("logs", "reads")).Output);

        var refused = await Home.Gantry("fleet", "delete", "lab", "-y");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"There are volumes: {instance} has data. Nothing was deleted. Delete these volumes first.", refused.Error, StringComparison.Ordinal);

        // Deleted while its host is away: it is done when that is back.
        var directory = holder.FileOn((string)(await Volume())!["volume_id"]!);
        Assert.True(File.Exists(Path.Combine(directory, "file")));
        holder.Cut();
        await Home.Api.Post("/api/project/main/volumes/delete", JsonNode.Parse("""{"names": ["data"]}"""));
        Assert.Contains("Being deleted from host", (string?)(await Volume())!["status_message"], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(directory, "file")));
        holder.Mend();
        await Deadline.Until("the volume gone", async () => await Volume() is null, TimeSpan.FromSeconds(60));
        Assert.False(Directory.Exists(Path.GetDirectoryName(directory)));
        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.False(Directory.Exists(other.AgentFolder));
    }

    private async Task<JsonNode?> Volume() => (await Home.Api.Send(HttpMethod.Post, "/api/project/main/volumes/get", new JsonObject { ["name"] = "data" })) is { Status: System.Net.HttpStatusCode.OK } found ? found.Body : null;
}
