using System.Diagnostics;
using Gantry.Server.Hosting;
using Gantry.Server.Secrets;

namespace Gantry.Server.Tests;

public sealed class NodeSshKeysTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-keys-").FullName;

    [Fact]
    public async Task Keys_AreWhatOpenSshReads_AndTheSameAfterARestart()
    {
        var (run, host) = (Guid.NewGuid(), Guid.NewGuid());
        var first = Keys("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
        var again = Keys("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
        var other = Keys("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=");

        // The private keys' encoding holds nothing random.
        Assert.Equal(first.OfRun(run), again.OfRun(run));
        Assert.Equal(first.OfHost(host), again.OfHost(host));
        Assert.Equal(5, new[] { first.OfRun(run), first.OfRun(host), first.OfHost(run), first.OfHost(host), other.OfRun(run) }.Select(pair => pair.PublicKey).Distinct().Count());
        for (var i = 0; i < 20; i++)
        {
            var pair = first.OfRun(Guid.NewGuid());
            Assert.Equal(pair.PublicKey, await PublicOf(pair.PrivateKey));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private NodeSshKeys Keys(string key) => new(KeyRing.Open(new ServerHome(folder), name => name == KeyRing.Variable ? key : null));

    private async Task<string> PublicOf(string privateKey)
    {
        var path = Path.Combine(folder, "key");
        File.Delete(path);
        ServerHome.WritePrivate(path, privateKey);
        using var keygen = Process.Start(new ProcessStartInfo("ssh-keygen", ["-y", "-f", path]) { RedirectStandardOutput = true })!;
        return (await keygen.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
    }
}
