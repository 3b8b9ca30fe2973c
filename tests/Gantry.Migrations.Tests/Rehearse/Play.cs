using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Migrations to be rehearsed, written down in a test.</summary>
internal sealed class Play : IDisposable
{
    private readonly Scratch _scratch = new();
    private int _count;

    public string Root => _scratch.Root;

    public Play Add(string up, string? down = null)
    {
        _scratch.Add($"{++_count:D4}_m{_count}", up, down);
        return this;
    }

    public MigrationSet Set => MigrationFolder.Read(_scratch.Folder);

    /// <summary>On SQLite alone, or on both engines.</summary>
    public async Task<RehearsalReport> RunAsync(PostgresServer? postgres = null, int scenarios = 200, ulong seed = 1)
    {
        var against = postgres is null ? null : DatabaseAddress.Parse((await postgres.ClusterAsync()).Url("postgres"));
        return await new Rehearsal(Set, TimeProvider.System).RunAsync(new RehearsalOptions { Scenarios = scenarios, Seed = seed, Against = against });
    }

    public void Dispose() => _scratch.Dispose();

    public static string Text(RehearsalReport report)
    {
        var text = new StringWriter();
        report.Write(text);
        return text.ToString();
    }

    public static IEnumerable<RehearsalFinding> Findings(RehearsalReport report) => report.Migrations.SelectMany(migration => migration.Findings);
}
