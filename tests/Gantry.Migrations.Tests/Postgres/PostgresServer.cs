using Gantry.Testing;

[assembly: AssemblyFixture(typeof(Gantry.Migrations.Tests.Postgres.PostgresServer))]

namespace Gantry.Migrations.Tests.Postgres;

/// <summary>One PostgreSQL server for all tests of this assembly, started by the first that asks. A test takes databases of its own from it.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly Lazy<Task<PrivateCluster>> _cluster = new(() => PrivateCluster.StartInMemoryAsync());

    /// <summary>The server. Where PostgreSQL is not installed, the test that asks says that it is skipped.</summary>
    internal Task<PrivateCluster> ClusterAsync()
    {
        Assert.SkipUnless(PrivateCluster.Available, PrivateCluster.Needs);
        return _cluster.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
            await (await _cluster.Value).DisposeAsync();
    }
}
