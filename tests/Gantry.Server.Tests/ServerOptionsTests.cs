using Gantry.Server.Hosting;

namespace Gantry.Server.Tests;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Options_AreReadInBothSpellings()
    {
        var (options, error) = ServerOptions.Parse(["--home", "/h", "--port=0", "--embedded", "--log-level", "debug"], _ => null);
        Assert.Null(error);
        Assert.Equal(("/h", 0, true, Microsoft.Extensions.Logging.LogLevel.Debug), (options!.Home, options.Port, options.Embedded, options.LogLevel));
    }

    [Fact]
    public void UpgradeAndHold_AreRead()
    {
        var (options, _) = ServerOptions.Parse(["--upgrade=never", "--hold"], _ => null);
        Assert.Equal((false, true), (options!.Upgrade, options.Hold));
        Assert.True(ServerOptions.Parse([], _ => null).Options!.Upgrade);
    }

    [Theory]
    [InlineData("--port", "70000", "70000")]
    [InlineData("--log-level", "loud", "loud")]
    [InlineData("--upgrade", "sometimes", "sometimes")]
    [InlineData("--lease", "4s", "4s")]
    [InlineData("--lease", "8d", "8d")]
    [InlineData("--lease", "long", "from 5s to 7d")]
    [InlineData("--nonsense", "1", "--nonsense")]
    public void WrongOption_IsNamedWithItsValue(string name, string value, string named)
    {
        var (options, error) = ServerOptions.Parse([name, value], _ => null);
        Assert.Null(options);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Lease_IsTheOptionsThenTheEnvironmentsThenTenMinutes()
    {
        static string? Environment(string name) => name == "GANTRY_LEASE" ? "90" : null;
        Assert.Equal(TimeSpan.FromMinutes(10), ServerOptions.Parse([], _ => null).Options!.Lease.Length);
        Assert.Equal(TimeSpan.FromSeconds(90), ServerOptions.Parse([], Environment).Options!.Lease.Length);
        Assert.Equal(TimeSpan.FromMinutes(2), ServerOptions.Parse(["--lease", "2m"], Environment).Options!.Lease.Length);
        Assert.Contains("GANTRY_LEASE: 'soon'", ServerOptions.Parse([], name => name == "GANTRY_LEASE" ? "soon" : null).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Home_WithoutOption_IsTheEnvironments() =>
        Assert.Equal("/from/environment", ServerOptions.Parse([], name => name == "GANTRY_HOME" ? "/from/environment" : null).Options!.Home);

    [Fact]
    public void Home_HeldByAServer_IsNotGivenToASecond()
    {
        var home = Directory.CreateTempSubdirectory("gantry-h-").FullName;
        try
        {
            using var first = new ServerHome(home);
            using var second = new ServerHome(home);
            Assert.True(first.TryLock());
            Assert.False(second.TryLock());
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
