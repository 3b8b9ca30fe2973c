using Gantry.Migrations.Tests.Postgres;
using Gantry.Testing.SubqueryFuzz;
using Npgsql;

namespace Gantry.Migrations.Tests.Check.Proofs;

/// <summary>Whatever was proved never gives a second row, whatever the data. The long form is in bench/soak.</summary>
public sealed class SubqueryFuzzTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(8);

    // So many, whatever the machine: a proof that has become too shy shows here too.
    private const int LeastShare = 20;

    [Fact]
    public async Task Proved_OnPostgres_NeverGivesTwoRows()
    {
        var address = new Uri(await (await postgres.ClusterAsync()).CreateDatabaseAsync());
        var connection = new NpgsqlConnectionStringBuilder { Host = address.Host, Port = address.Port, Username = "postgres", Database = address.AbsolutePath[1..], Pooling = false }.ConnectionString;
        Judge(await SubqueryFuzz.RunAsync(1, Time, 150, connection));
    }

    [Fact]
    public async Task Proved_OnSqlite_NeverGivesTwoRows() => Judge(await SubqueryFuzz.RunAsync(1, Time, 400, null));

    private void Judge(FuzzResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Misses.Count == 0, result.ToString());
        Assert.True(result.Statements > 0 && result.Proved * 100 >= result.NeverTwo * LeastShare, result.ToString());
    }
}
