using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Volumes;
using Gantry.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>Volumes over HTTP, and what agents say of them.</summary>
public sealed class VolumeApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Volumes = "/api/project/main/volumes/";

    [Fact]
    public async Task Volume_FromItsMakingToItsEnd_IsServedAsTheApiTypeAndOfItsOwner()
    {
        var (status, body) = await CreateAsync("exact", ",\"size\":\"100GB\"", RunningServer.MemberToken);
        Assert.True(status == HttpStatusCode.OK, body);
        var created = JsonNode.Parse(body)!;
        Assert.Equal(("exact", "member", "main", false, "provisioning"), ((string?)created["name"], (string?)created["user"], (string?)created["project_name"], (bool)created["external"]!, (string?)created["status"]));

        await SayAsync("exact", VolumeCondition.Ready, used: 42);
        var volume = await GetAsync("exact");
        Assert.Equal("active", (string?)volume["status"]);
        Assert.EndsWith($"/volumes/{volume["id"]}/data", (string)volume["volume_id"]!, StringComparison.Ordinal);
        Assert.Equal((100, "remote"), ((int)volume["provisioning_data"]!["size_gb"]!, (string?)volume["provisioning_data"]!["backend"]));
        Assert.Equal(42, (int)JsonNode.Parse((string)volume["provisioning_data"]!["backend_data"]!)!["used_bytes"]!);
        var again = JsonSerializer.Serialize(JsonSerializer.Deserialize(volume.ToJsonString(), ApiJson.Default.Volume), ApiJson.Default.Volume);
        Assert.Equal(Keys(volume), Keys(JsonNode.Parse(again)!));
        foreach (var path in new[] { Volumes + "list", "/api/volumes/list" })
            Assert.Contains((string)volume["id"]!, (await server.CallAsync(path)).Body, StringComparison.Ordinal);
        Assert.Equal("[]", (await server.CallAsync("/api/volumes/list", token: RunningServer.OutsiderToken)).Body);

        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync("exact")).Status);
        Assert.StartsWith("Being deleted from host ", (string?)(await GetAsync("exact"))["status_message"], StringComparison.Ordinal);
        Assert.Contains("and is being deleted", (await CreateAsync("exact")).Body, StringComparison.Ordinal);
        await SayAsync("exact", VolumeCondition.Failed, error: "It is in use.");
        Assert.Contains("It is in use.", (string?)(await GetAsync("exact"))["status_message"], StringComparison.Ordinal);
        await SayAsync("exact", VolumeCondition.Deleted);
        Assert.Contains("resource_not_exists", (await server.CallAsync(Volumes + "get", """{"name":"exact"}""")).Body, StringComparison.Ordinal);
        Assert.Contains("\"deleted\":true", (await server.CallAsync("/api/volumes/list", """{"project_name":"main"}""")).Body, StringComparison.Ordinal);
        var events = (await server.CallAsync("/api/events/list", $$"""{"target_volumes":["{{volume["id"]}}"],"ascending":true}""")).Body;
        Assert.Equal(
            ["Volume created. Status: PROVISIONING", "Volume placed on host here", "Volume status changed PROVISIONING -> ACTIVE", "Volume is to be deleted", "Volume deleted"],
            JsonNode.Parse(events)!.AsArray().Select(one => (string)one!["message"]!));
    }

    [Fact]
    public async Task Volume_ThatAWaitingRunNames_IsNotDeleted()
    {
        await CreateAsync("wanted");
        await RunAsync("waits", "true", "wanted:./data");

        var (status, body) = await DeleteAsync("wanted");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("In use: volume wanted by waits. Nothing was deleted. Stop these runs first.", body, StringComparison.Ordinal);
        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["waits"],"abort":true}""");
        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync("wanted")).Status);
    }

    [Fact]
    public async Task AutoCleanup_AfterItsTime_AsksForTheDeletion()
    {
        await CreateAsync("brief", ",\"auto_cleanup_duration\":1");
        await SayAsync("brief", VolumeCondition.Ready);
        await Eventually(async () => ((string?)(await GetAsync("brief"))["status_message"])?.StartsWith("Being deleted", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Directory_ThatWasThere_FailsWhereItIsNot_ComesBack_AndIsOnlyForgotten()
    {
        await CreateAsync("there", ",\"path\":\"/mnt/there\"");
        await SayAsync("there", VolumeCondition.Failed, error: "The directory /mnt/there does not exist there.");
        Assert.Equal(("failed", "Host here: The directory /mnt/there does not exist there."), ((string?)(await GetAsync("there"))["status"], (string?)(await GetAsync("there"))["status_message"]));
        await SayAsync("there", VolumeCondition.Ready);
        Assert.Equal(("active", null), ((string?)(await GetAsync("there"))["status"], (string?)(await GetAsync("there"))["status_message"]));
        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync("there")).Status);
        Assert.Contains("resource_not_exists", (await server.CallAsync(Volumes + "get", """{"name":"there"}""")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","backend":"aws","region":"eu-west-1" """, "backend: aws: volumes are on hosts of")]
    [InlineData(""","fleet":"nobody" """, "fleet: nobody: there is no such fleet")]
    [InlineData(""","instance":"nobody" """, "instance: nobody: there is no such host.")]
    public async Task Volume_ThatCannotBe_IsRefusedByName(string keys, string words)
    {
        var (status, body) = await CreateAsync("never", keys);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, body, StringComparison.Ordinal);
        Assert.DoesNotContain("never", (await server.CallAsync(Volumes + "list")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_ThatIsTaken_IsRefusedInDstacksShape()
    {
        await CreateAsync("taken");
        var (status, body) = await CreateAsync("taken");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"code\":\"resource_exists\"", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.CallAsync(Volumes + "create", """{"configuration":{"type":"task","commands":["true"]}}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.CallAsync(Volumes + "create", """{"configuration":{"type":"volume","path":"../etc","access":"all"}}""")).Status);
    }

    [Fact]
    public async Task Run_WithVolumesThatItCannotHave_IsRefusedBeforeItIsStored()
    {
        await CreateAsync("mine");
        var (status, body) = await RunAsync("refused", "true", "none:./a", "mine:/data");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("volumes: none: there is no such volume in the project main; there", body, StringComparison.Ordinal);
        Assert.Contains("volumes: /data: without an image the job is a process", body, StringComparison.Ordinal);
        Assert.Contains("Run not found", (await server.CallAsync("/api/project/main/runs/get", """{"run_name":"refused"}""")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volume_ToDstacksClients_IsOfABackendThatTheyKnow()
    {
        await CreateAsync("known", ",\"access\":\"exclusive\"");
        var (_, body) = await server.CallAsync(Volumes + "get", """{"name":"known"}""", apiVersion: "0.21.2");
        Assert.Equal(
            """{"type":"volume","backend":"runpod","name":"known","size":null,"auto_cleanup_duration":null,"tags":null,"volume_id":null,"region":"remote"}""",
            JsonNode.Parse(body)!["configuration"]!.ToJsonString());
    }

    private async Task<(HttpStatusCode Status, string Body)> CreateAsync(string name, string keys = "", string token = RunningServer.AdminToken)
    {
        await HostAsync();
        return await server.CallAsync(Volumes + "create", $$"""{"configuration":{"type":"volume","name":"{{name}}"{{keys}}} }""", token);
    }

    // No agent here: the host is a row, and what its agent would say is said for it.
    private Task<InstanceRow> HostAsync() => server.Ledger.CommitAsync((db, _) =>
    {
        if (db.Instances.SingleOrDefault(row => row.Embedded) is { } there)
            return there;
        var facts = new HostFacts { Hostname = "here", InternalIp = "127.0.0.1", Username = "me", Arch = "x86", Cpus = 2, MemoryMib = 4096, DiskMib = 1 << 20, MaxJobs = 4 };
        return db.Instances.Add(new InstanceRow { Id = Guid.NewGuid(), Name = "here", Embedded = true, CreatedAt = server.Ledger.Now, Facts = JsonSerializer.Serialize(facts, LinkJson.Default.HostFacts) }).Entity;
    });

    private async Task SayAsync(string name, VolumeCondition state, string? error = null, long? used = null) =>
        await server.App.Web.Services.GetRequiredService<VolumeObservations>().StoreAsync(
            await HostAsync(),
            new ObservedVolumes { Volumes = [new ObservedVolume { VolumeId = Guid.Parse((string)(await GetAsync(name))["id"]!), State = state, Error = error, UsedBytes = used }] },
            TestContext.Current.CancellationToken);

    private static IEnumerable<string> Keys(JsonNode node) => node is JsonObject found ? found.SelectMany(pair => pair.Value is JsonObject ? Keys(pair.Value).Select(key => $"{pair.Key}.{key}") : [pair.Key]) : [];

    private Task<(HttpStatusCode Status, string Body)> DeleteAsync(params string[] names) => server.CallAsync(Volumes + "delete", $$"""{"names":{{JsonSerializer.Serialize(names)}}}""");

    private async Task<JsonNode> GetAsync(string name) => JsonNode.Parse((await server.CallAsync(Volumes + "get", $$"""{"name":"{{name}}"}""")).Body)!;

    private Task<(HttpStatusCode Status, string Body)> RunAsync(string name, string command, params string[] volumes) => server.CallAsync(
        "/api/project/main/runs/apply",
        $$$"""{"plan":{"run_spec":{"run_name":"{{{name}}}","configuration":{"type":"task","commands":[{{{JsonSerializer.Serialize(command)}}}],"volumes":{{{JsonSerializer.Serialize(volumes)}}} } } } }""");

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
            await Task.Delay(20, limit.Token);
    }
}
