using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Link;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Storage;
using Gantry.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>A real server and two real agents, as hosts of a fleet are: with leases. Only the way between them is the test's own, so that it can be cut.</summary>
public sealed class LeaseMoveTests(ShortLeaseServer server) : IClassFixture<ShortLeaseServer>, IDisposable
{
    // Ignores SIGTERM, and says when it lives, by the clock that both share, until it is killed.
    private const string Beat = "trap '' TERM; i=0; while :; do read up rest </proc/uptime; echo $DSTACK_JOB_ID $up >>BEATS; echo line $i; i=$((i+1)); sleep 0.05; done";
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-l-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task HostAway_ForLongerThanItsLease_LosesTheRunToAnotherOnlyOnceItIsDead()
    {
        var beats = Path.Combine(folder, "beats");
        var hub = server.App.Web.Services.GetRequiredService<AgentHub>();
        var (a, b) = (new Route(Path.Combine(folder, "a"), "a"), new Route(Path.Combine(folder, "b"), "b"));
        using var ended = new CancellationTokenSource();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        var (first, second) = (hub.SessionAsync(a, cut.Token), hub.SessionAsync(b, ended.Token));
        await Until("both hosts", async () =>
        {
            await (first.IsFaulted ? first : second.IsFaulted ? second : Task.CompletedTask);
            return (server.Ledger.Read(db => db.Instances.Count(row => row.Name == "a" || row.Name == "b")) == 2);
        });
        await server.CallAsync(
            "/api/project/main/runs/apply",
            new JsonObject
            {
                ["plan"] = new JsonObject
                {
                    ["run_spec"] = new JsonObject
                    {
                        ["run_name"] = "moves",
                        ["configuration"] = new JsonObject
                        {
                            ["type"] = "task",
                            ["name"] = "moves",
                            ["commands"] = new JsonArray(Beat.Replace("BEATS", beats, StringComparison.Ordinal)),
                            ["instances"] = new JsonArray("a", "b"),
                            ["resources"] = new JsonObject { ["cpu"] = "1..", ["memory"] = "16MB..", ["disk"] = "1MB.." },
                            ["retry"] = new JsonObject { ["on_events"] = new JsonArray("interruption"), ["duration"] = 3 },
                        },
                    },
                },
                ["force"] = true,
            }.ToJsonString());
        await Until("beats for longer than a lease", () => Task.FromResult(Lives(beats) is [var only] && only.To - only.From > 6));

        var isA = server.Ledger.Read(db => db.Jobs.Single(job => job.Leased).InstanceId == a.InstanceId);
        Assert.True(isA, "Hosts are tried in the order of their names.");
        await cut.CancelAsync();
        await Until("the run on the other host", () => Task.FromResult(Lives(beats).Count == 2));

        var lives = Lives(beats);
        Assert.True(lives[0].To < lives[1].From, $"The first lived until {lives[0].To}, the second began at {lives[1].From}.");
        var lost = server.Ledger.Read(db => db.Jobs.Single(job => job.Id == lives[0].Job));
        Assert.Equal(("failed", "instance_unreachable"), (lost.Status, lost.TerminationReason));

        // It comes back: what it had still to say is taken over, and it is nobody's riddle.
        var again = hub.SessionAsync(a, ended.Token);
        await Until("nothing left on the first host", () => Task.FromResult(Directory.GetDirectories(Path.Combine(folder, "a", "jobs")).Length == 0));
        var logs = server.App.Web.Services.GetRequiredService<Gantry.Storage.Logs.ILogStore>();
        var text = new byte[logs.Length(lost.Id)];
        logs.Read(lost.Id, 0, text);
        var lines = System.Text.Encoding.UTF8.GetString(text).Split('\n').TakeWhile(line => line.StartsWith("line ", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(0, lines.Count).Select(i => $"line {i}"), lines);
        Assert.InRange(lines.Count, lives[0].Beats - 1, lives[0].Beats);
        Assert.Empty(server.App.Web.Services.GetRequiredService<Quarantine>().List());

        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["moves"],"abort":true}""");
        await Until("the end of the run", () => Task.FromResult(server.Ledger.Read(db => db.Runs.Single(run => run.Name == "moves").Status) == "terminated"));
        await ended.CancelAsync();
        await Task.WhenAll(first, second, again).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static List<(Guid Job, double From, double To, int Beats)> Lives(string path) => !File.Exists(path) ? [] :
        [.. File.ReadAllLines(path).Select(line => line.Split(' ')).Where(words => words.Length == 2 && words[1].Contains('.'))
            .Select(words => (Job: Guid.Parse(words[0]), At: double.Parse(words[1], CultureInfo.InvariantCulture)))
            .GroupBy(beat => beat.Job).Select(life => (life.Key, life.Min(beat => beat.At), life.Max(beat => beat.At), life.Count())).OrderBy(life => life.Item2)];

    private static async Task Until(string what, Func<Task<bool>> isSo)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(90), $"There is still not: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The way to an agent that is started on a spool of its own.</summary>
    private sealed class Route(string spool, string name) : IAgentRoute
    {
        private System.Diagnostics.Process? agent;

        public Guid InstanceId { get; } = Guid.NewGuid();

        public bool HoldsLeases => true;

        public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            agent ??= System.Diagnostics.Process.Start(Path.Combine(output.Parent!.Parent!.FullName, "Gantry.Agent", output.Name, "gantry-agent"), ["run", "--spool", spool]);
            while (true)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(spool)), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch (SocketException)
                {
                    socket.Dispose();
                    await Task.Delay(20, cancellationToken);
                }
            }
        }

        public void Replace(string oldBuild) => throw new InvalidOperationException("The agent is of another build.");

        public InstanceRow Register(GantryDb db, ChangeSet changes, AgentHello hello, DateTimeOffset now)
        {
            var row = db.Instances.Find(InstanceId);
            if (row is null)
                db.Instances.Add(row = new InstanceRow { Id = InstanceId, Name = name, Embedded = false, CreatedAt = now, ProjectId = db.Projects.Single(project => project.Name == "main").Id });
            row.AgentId = hello.AgentId;
            row.Facts = JsonSerializer.Serialize(hello.Host, LinkJson.Default.HostFacts);
            return row;
        }
    }
}
