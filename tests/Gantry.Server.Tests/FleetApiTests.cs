using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Link;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Server.Fleets;
using Gantry.Server.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>Fleets over HTTP, of hosts where nobody listens: what is stored, what is said again, and what is refused.</summary>
public sealed class FleetApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Secret = "-----BEGIN OPENSSH PRIVATE KEY----- not a key -----END OPENSSH PRIVATE KEY-----";

    [Fact]
    public async Task Fleet_Applied_IsServedWithoutItsKeysAndKeepsThemSealed()
    {
        var (status, body) = await ApplyAsync("kept", Configuration("kept", "127.0.0.1"));

        Assert.Equal(HttpStatusCode.OK, status);
        var fleet = JsonNode.Parse(body)!;
        Assert.Equal(("kept", "main", "active"), ((string?)fleet["name"], (string?)fleet["project_name"], (string?)fleet["status"]));
        Assert.Equal(["kept-0"], fleet["instances"]!.AsArray().Select(instance => (string)instance!["name"]!));
        // Without the name of a file, the public half says which key it is.
        Assert.Equal("""{"public":"ssh-ed25519 AAAA","private":null}""", fleet["spec"]!["configuration"]!["ssh_config"]!["ssh_key"]!.ToJsonString());
        foreach (var path in new[] { "/api/project/main/fleets/list", "/api/fleets/list", "/api/instances/list" })
        {
            var (_, listed) = await server.CallAsync(path);
            Assert.Contains((string)fleet["id"]!, listed, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY", listed, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("PRIVATE KEY", (await server.CallAsync("/api/events/list")).Body, StringComparison.Ordinal);
        var (_, outsiders) = await server.CallAsync("/api/instances/list", token: RunningServer.OutsiderToken);
        Assert.Equal("[]", outsiders);
    }

    [Fact]
    public void Keys_OfARow_AreOnlyThatRowsAndCompareWithoutBeingSealedAnew()
    {
        var sealer = server.App.Web.Services.GetRequiredService<Sealer>();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());

        var text = new HostKeys(Secret, null).Seal(first, sealer);

        Assert.DoesNotContain("PRIVATE", text, StringComparison.Ordinal);
        Assert.Throws<SealedException>(() => sealer.Open(text, HostKeys.Place(second)));
        Assert.DoesNotContain("PRIVATE", new HostKeys(Secret, null).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_WithoutAKeyOrOfTheCloudOrOfAnotherType_IsRefusedByName()
    {
        var (status, body) = await ApplyAsync("keyless", Configuration("keyless", "127.0.0.1").Replace(Secret, "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("127.0.0.1: its private key was not sent", body, StringComparison.Ordinal);

        (status, body) = await ApplyAsync("cloud", """{"type":"fleet","name":"cloud","nodes":2}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("nodes: fleets of cloud instances are not there yet", body, StringComparison.Ordinal);

        (status, body) = await ApplyAsync("task", """{"type":"task","commands":["true"]}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("type: task is no fleet", body, StringComparison.Ordinal);

        Assert.DoesNotContain("keyless", (await server.CallAsync("/api/project/main/fleets/list")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfAFleetThatExists_NeedsItsPlanOrForce()
    {
        await ApplyAsync("there", Configuration("there", "127.0.0.1"));

        var (status, body) = await ApplyAsync("there", Configuration("there", "127.0.0.2"), force: "false");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Resource has been changed", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.CallAsync("/api/project/main/fleets/delete_instances", """{"name":"there","instance_nums":[7]}""")).Status);
    }

    [Fact]
    public async Task HealthChecks_OfAnInstance_AreWhatItsAgentTellsOfIt()
    {
        await ApplyAsync("ill", Configuration("ill", "127.0.0.9"));
        const string call = "/api/project/main/instances/get_instance_health_checks", latest = """{"fleet_name":"ill","instance_num":0}""";
        Assert.Equal((HttpStatusCode.OK, """{"health_checks":[]}"""), await server.CallAsync(call, latest));

        var gpu = new GpuDevice { Vendor = "nvidia", Name = "H100", MemoryMib = 81920, Index = 3, Id = "GPU-3" };
        var facts = new HostFacts { Hostname = "a", InternalIp = "127.0.0.9", Username = "root", Arch = "x86", Cpus = 8, MemoryMib = 1024, DiskMib = 1024, MaxJobs = 64, Gpus = [gpu] };
        var ledger = server.App.Web.Services.GetRequiredService<Ledger>();
        var row = await ledger.CommitAsync((db, _) =>
        {
            var row = db.Instances.Single(row => row.Name == "ill-0" && row.DeletedAt == null);
            row.Facts = JsonSerializer.Serialize(facts, LinkJson.Default.HostFacts);
            return row;
        }, TestContext.Current.CancellationToken);
        await server.App.Web.Services.GetRequiredService<Observations>().StoreHostAsync(row, facts with { Gpus = [gpu with { Problem = "its driver asks for a reset" }] }, TestContext.Current.CancellationToken);

        var check = Assert.Single(JsonNode.Parse((await server.CallAsync(call, latest)).Body)!["health_checks"]!.AsArray())!;
        Assert.Equal("failure", (string?)check["status"]);
        Assert.Equal("The nvidia GPU 3 (H100) is given to no job: its driver asks for a reset.", (string?)Assert.Single(check["events"]!.AsArray())!["message"]);
        Assert.Contains("Instance health changed HEALTHY -> FAILURE (The nvidia GPU 3", (await server.CallAsync("/api/events/list")).Body, StringComparison.Ordinal);
        Assert.Contains("\"health_status\":\"failure\"", (await server.CallAsync("/api/project/main/fleets/get", """{"name":"ill"}""")).Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, """{"health_checks":[]}"""), await server.CallAsync(call, """{"fleet_name":"ill","instance_num":0,"before":"2020-01-01T00:00:00Z"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.CallAsync(call, """{"fleet_name":"ill","instance_num":1}""")).Status);
    }

    private Task<(HttpStatusCode Status, string Body)> ApplyAsync(string name, string configuration, string force = "true") => server.CallAsync(
        "/api/project/main/fleets/apply", $$$"""{"plan":{"spec":{"configuration":{{{configuration}}},"configuration_path":"{{{name}}}.yml"}},"force":{{{force}}} }""");

    // Port 1: nobody listens there.
    private static string Configuration(string name, string host) =>
        $$$"""{"type":"fleet","name":"{{{name}}}","process_user":"nobody","ssh_config":{"user":"root","port":1,"ssh_key":{"public":"ssh-ed25519 AAAA","private":"{{{Secret}}}"},"hosts":["{{{host}}}"]}}""";
}
