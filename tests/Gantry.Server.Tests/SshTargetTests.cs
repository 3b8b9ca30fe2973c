using Gantry.Server.Fleets.Ssh;

namespace Gantry.Server.Tests;

/// <summary>Hosts as messages name them.</summary>
public sealed class SshTargetTests
{
    [Theory]
    [InlineData("10.0.0.1", 22, "me@10.0.0.1")]
    [InlineData("box.example", 2222, "me@box.example:2222")]
    [InlineData("fd00::1", 22, "me@fd00::1")]
    [InlineData("fd00::1", 2222, "me@[fd00::1]:2222")]
    public void ToString_NamesAddressAndPort_AndNoKey(string address, int port, string text) =>
        Assert.Equal(text, new SshLogin(address, port, "me", "secret").ToString());

    [Fact]
    public void ToString_BehindAHeadNode_NamesBoth() => Assert.Equal(
        "me@10.0.0.1 behind me@head:2222",
        new SshTarget { InstanceId = Guid.NewGuid(), Host = new SshLogin("10.0.0.1", 22, "me", "k"), Jump = new SshLogin("head", 2222, "me", "k") }.ToString());
}
