using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>A test with a home and a network of its own. When it fails, the agents' logs are part of its output, too.</summary>
public abstract class FleetTest : IAsyncLifetime
{
    private SshNetwork? network;

    /// <summary>Keys of a task that any host can hold.</summary>
    protected const string Small = "fleets: [lab]\nresources: {cpu: 1.., memory: 16MB.., disk: 1MB..}";

    /// <summary>The home.</summary>
    protected GantryHome Home { get; } = new();

    /// <summary>The network.</summary>
    protected SshNetwork Network => network!;

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SshNetwork.IsPossible, SshNetwork.Needs);
        if (AgentFolder.Path is { } agents)
            Home.Environment["GANTRY_AGENTS"] = agents;
        network = new SshNetwork();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Home.Logs());
        await Home.DisposeAsync();
        if (network is not null)
            await network.DisposeAsync();
    }

    /// <summary>Writes the fleet "lab"; returns its path.</summary>
    protected string Fleet(IEnumerable<SshHost> hosts, string more = "process_user: plain", string user = "root", string? key = null, string? name = null) => Home.Write(
        name ?? "lab",
        $"type: fleet\nname: {name ?? "lab"}\nplacement: cluster\n{(more.Length > 0 ? more + "\n" : "")}ssh_config:\n  user: {user}\n  identity_file: {key ?? Network.Key}\n  hosts: [{string.Join(", ", hosts.Select(host => host.Address))}]\n");

    /// <summary>A run's log as text.</summary>
    protected async Task<string> Text(string run) => System.Text.Encoding.UTF8.GetString(await Home.Log(run));

    /// <summary>Makes the fleet "lab" of new hosts.</summary>
    protected async Task<SshHost[]> MakeFleet(int count)
    {
        var hosts = new SshHost[count];
        for (var i = 0; i < count; i++)
            hosts[i] = await Network.AddAsync();
        await Home.GantryOk("apply", "-f", Fleet(hosts), "-y");
        return hosts;
    }

    /// <summary>The instance with an address of the fleet "lab".</summary>
    protected async Task<JsonNode> Instance(SshHost host)
    {
        var fleet = await Home.Api.Post("/api/project/main/fleets/get", new JsonObject { ["name"] = "lab" });
        return fleet!["instances"]!.AsArray().Single(instance => (string?)instance!["hostname"] == host.Address)!;
    }

    /// <summary>Waits until the instance is as it is to be.</summary>
    protected Task UntilInstance(string what, SshHost host, Func<JsonNode, bool> isSo)
    {
        JsonNode? last = null;
        return Deadline.Until<object>($"{host.Name} {what}", async () => isSo(last = await Instance(host)) ? host : null, seen: () => $"{last}{Home.Logs()}");
    }
}
