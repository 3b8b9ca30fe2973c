using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests.Protocol;

/// <summary>
/// The protocol as it was first released, message by message. An agent on some host may be older or newer than its server: these files never change, and each
/// must be read, and written again, with the same meaning for ever.
/// </summary>
public sealed class ProtocolFixtureTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Protocol", "v1");
    private static readonly Guid Job = Guid.Parse("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b");
    private static readonly Guid Server = Guid.Parse("0b9e8d7c-6a5f-4e3d-9c2b-1a0f9e8d7c6b");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileName(f)!).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Message_ReadAndWrittenAgain_LosesNothing(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));

        var message = JsonSerializer.Deserialize(text, LinkJson.Default.LinkMessage)!;
        var again = JsonNode.Parse(JsonSerializer.Serialize(message, LinkJson.Default.LinkMessage))!;

        Assert.NotEqual(typeof(LinkMessage), message.GetType());
        AssertHolds(JsonNode.Parse(text)!, again, file);
    }

    [Fact]
    public void EveryMessage_HasAFile()
    {
        var types = typeof(LinkMessage).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Select(a => $"{a.TypeDiscriminator}.json");

        Assert.All(types, type => Assert.True(File.Exists(Path.Combine(Folder, type)), type));
    }

    [Fact]
    public void WantJobs_MeansWhatItMeant()
    {
        var want = Assert.IsType<WantJobs>(Read("want_jobs.json"));

        var (fresh, known) = (want.Jobs[0], want.Jobs[1]);
        Assert.Equal((Job, 0), (fresh.JobId, fresh.LogOffset));
        Assert.Equal((Server, "process", "~/work", "nobody"), (fresh.Order!.ServerId, fresh.Order.Executor, fresh.Order.WorkingDir, fresh.Order.User));
        Assert.Equal(["/bin/sh", "-i", "-c", "echo hello"], fresh.Order.Command);
        Assert.Equal((4096, null), (known.LogOffset, known.Order));
    }

    [Fact]
    public void Lease_MeansWhatItMeant()
    {
        Assert.Equal(86_400_123, Assert.IsType<AskLease>(Read("ask_lease.json")).Asked);
        var grant = Assert.IsType<GrantLease>(Read("grant_lease.json"));
        Assert.Equal((86_400_123, 600), (grant.Asked, grant.Seconds));
        Assert.True(Assert.IsType<WantJobs>(Read("want_jobs_leased.json")).Jobs.Single().Order!.Leased);
        Assert.False(Assert.IsType<WantJobs>(Read("want_jobs_least.json")).Jobs.Single().Order!.Leased);
        Assert.Equal(ObservedState.LeaseEnded, Assert.IsType<ObservedJobs>(Read("observed_jobs_lease_ended.json")).Jobs.Single().State);
    }

    [Fact]
    public void WantJobs_WithNothingThatMayBeLeftOut_HasTheDefaults()
    {
        var order = Assert.IsType<WantJobs>(Read("want_jobs_least.json")).Jobs.Single().Order!;

        Assert.Equal(("process", null, null), (order.Executor, order.WorkingDir, order.User));
        Assert.Empty(order.NodeIps);
    }

    [Fact]
    public void StopJob_WithoutGrace_NeverKills()
    {
        Assert.Equal(300, Assert.IsType<StopJob>(Read("stop_job.json")).GraceSeconds);
        Assert.Null(Assert.IsType<StopJob>(Read("stop_job_never_kill.json")).GraceSeconds);
    }

    [Fact]
    public void ObservedJobs_KnowsEveryState()
    {
        var observed = Assert.IsType<ObservedJobs>(Read("observed_jobs.json"));

        var later = ((string[])["observed_jobs_pulling.json", "observed_jobs_lease_ended.json"]).SelectMany(file => Assert.IsType<ObservedJobs>(Read(file)).Jobs);
        Assert.Equal(Enum.GetValues<ObservedState>().Order(), observed.Jobs.Concat(later).Select(j => j.State).Order());
        Assert.Equal((143, 15), (observed.Jobs[0].ExitStatus, observed.Jobs[0].Signal));
    }

    [Fact]
    public void LogFrame_IsReadAndWritten()
    {
        var bytes = Convert.FromHexString(File.ReadAllText(Path.Combine(Folder, "log_frame.hex")).Trim());

        var frame = LogFrame.Read(bytes)!.Value;
        var header = new byte[LogFrame.HeaderSize];
        LogFrame.WriteHeader(header, frame.JobId, frame.Offset, frame.ReadAt);

        Assert.Equal((Job, 4096, "hello\n"), (frame.JobId, frame.Offset, Encoding.UTF8.GetString(frame.Data.Span)));
        Assert.Equal(DateTimeOffset.Parse("2026-01-02T03:04:05.678Z"), frame.ReadAt);
        Assert.Equal(bytes[..LogFrame.HeaderSize], header);
    }

    [Fact]
    public void StreamFrame_IsReadAndWritten_AndIsNoLogFrame()
    {
        var bytes = Convert.FromHexString(File.ReadAllText(Path.Combine(Folder, "stream_frame.hex")).Trim());

        var frame = StreamFrame.Read(bytes)!.Value;
        var header = new byte[StreamFrame.HeaderSize];
        StreamFrame.WriteHeader(header, frame.StreamId);

        Assert.Equal((1, "hello\n"), (frame.StreamId, Encoding.UTF8.GetString(frame.Data.Span)));
        Assert.Equal(bytes[..StreamFrame.HeaderSize], header);
        Assert.Null(StreamFrame.Read(Convert.FromHexString(File.ReadAllText(Path.Combine(Folder, "log_frame.hex")).Trim())));
    }

    [Fact]
    public void Hellos_OfTheFirstProtocol_SayNoFeatures()
    {
        Assert.Empty(Assert.IsType<AgentHello>(Read("agent_hello.json")).Features);
        Assert.Empty(Assert.IsType<ServerHello>(Read("server_hello.json")).Features);
    }

    private static LinkMessage Read(string file) => JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Folder, file)), LinkJson.Default.LinkMessage)!;

    // What was in the file is there again; more may have been added since.
    private static void AssertHolds(JsonNode? expected, JsonNode? actual, string path)
    {
        switch (expected)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.Where(f => f.Value is not null))
                    AssertHolds(value, actual?[name], $"{path}.{name}");
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                    AssertHolds(items[i], actual?[i], $"{path}[{i}]");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{path}: {actual} is not {expected}");
                break;
        }
    }
}
