using System.Text;
using Gantry.Agent.Executors.Docker;

namespace Gantry.Agent.Tests;

/// <summary>What a full disk leaves of Docker's own file of a container's output.</summary>
public sealed class DockerLogFileTests
{
    private const string First = "{\"log\":\"one\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05.000000001Z\"}\n";
    // As near as a container can come to it.
    private const string Quoting = "{\"log\":\"{\\\"log\\\":\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:06.000000001Z\"}\n";

    [Theory]
    [InlineData("")]
    [InlineData(First)]
    [InlineData(First + Quoting + First)]
    public void File_ThatIsWhole_HasNoScar(string text) => Assert.False(HasScar(text));

    [Fact]
    public void File_LargerThanAPiece_IsReadToItsEnd()
    {
        var whole = string.Concat(Enumerable.Repeat(First + Quoting, 20_000));

        Assert.False(HasScar(whole));
        Assert.True(HasScar(whole + First[..40] + First));
    }

    [Fact]
    public void Message_CutAnywhere_IsAScar_WhetherAnotherFollowsOrNot()
    {
        for (var kept = 1; kept < First.Length; kept++)
        {
            Assert.True(HasScar(Quoting + First[..kept]), $"{kept} bytes kept, the last");
            Assert.True(HasScar(Quoting + First[..kept] + Quoting + First), $"{kept} bytes kept, another follows");
        }
    }

    [Fact]
    public void File_ThatIsNotThere_TellsNothing() => Assert.Null(DockerLogFile.HasScar("/nowhere/json.log"));

    private static bool HasScar(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return DockerLogFile.HasScar(stream);
    }
}
