using Gantry.Agent.Executors.Docker;
using Gantry.Model.Link;
using System.Text.Json;

namespace Gantry.Agent.Tests;

/// <summary>What Docker says while it fetches an image, added up.</summary>
public sealed class PullTallyTests
{
    [Fact]
    public void Layers_OnTheirWay_AreAddedUp()
    {
        var tally = new PullTally();
        string[] early =
        [
            """{"status":"Pulling from library/tools","id":"latest"}""",
            """{"status":"Pulling fs layer","progressDetail":{},"id":"a"}""",
            """{"status":"Pulling fs layer","progressDetail":{},"id":"b"}""",
            """{"status":"Already exists","progressDetail":{},"id":"c"}""",
            """{"status":"Downloading","progressDetail":{"current":100,"total":400},"progress":"[==>   ]","id":"a"}""",
        ];
        Assert.Equal([false, false, false, true, true], early.Select(line => tally.Add(Read(line))));
        Assert.Equal(new ImagePullProgress(100, 0, 400, IsTotalBytesFinal: false), tally.Progress);

        string[] late =
        [
            """{"status":"Downloading","progressDetail":{"current":50,"total":600},"id":"b"}""",
            """{"status":"Verifying Checksum","progressDetail":{},"id":"a"}""",
            """{"status":"Download complete","progressDetail":{},"id":"a"}""",
            """{"status":"Extracting","progressDetail":{"current":300,"total":400},"id":"a"}""",
        ];
        Assert.All(late, line => Assert.True(tally.Add(Read(line))));
        Assert.Equal(new ImagePullProgress(450, 300, 1000, IsTotalBytesFinal: true), tally.Progress);

        Assert.All(["a", "b"], layer => Assert.True(tally.Add(new DockerPullLine(null, layer, "Pull complete"))));
        Assert.False(tally.Add(Read("""{"status":"Status: Downloaded newer image for tools:latest"}""")));
        Assert.Equal(new ImagePullProgress(1000, 1000, 1000, IsTotalBytesFinal: true), tally.Progress);
    }

    private static DockerPullLine Read(string line) => JsonSerializer.Deserialize(line, DockerJson.Default.DockerPullLine)!;
}
