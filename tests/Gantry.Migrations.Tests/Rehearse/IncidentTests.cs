using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>The incident of docs/upgrades.md: each volume gets an owner, by a subquery that is not tied to the volume.</summary>
// One after the other: some of them count the scratch databases that are left on the server.
[Collection("rehearsals")]
public sealed class IncidentTests(PostgresServer postgres)
{
    private const string Schema = """
        CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE projects (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, owner_id TEXT NOT NULL REFERENCES users (id));
        CREATE TABLE volumes (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, project_id TEXT NOT NULL REFERENCES projects (id));
        """;
    private const string Owner = "ALTER TABLE volumes ADD COLUMN user_id TEXT;\n";
    private const string Wrong = Owner + "UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) WHERE user_id IS NULL;\n";
    private const string Right = Owner + "UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id) WHERE user_id IS NULL;\n";
    private const string Joined = Owner + "UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects p JOIN volumes v ON p.id = v.project_id WHERE v.id = volumes.id) WHERE user_id IS NULL;\n";
    private const string Down = "ALTER TABLE volumes DROP COLUMN user_id;\n";

    [Fact]
    public async Task Incident_OnSqliteAlone_IsFoundWithItsSmallestRows()
    {
        using var play = new Play().Add(Schema, "DROP TABLE volumes; DROP TABLE projects; DROP TABLE users;").Add(Wrong, Down);

        var report = await play.RunAsync();

        Assert.False(report.Passed);
        Assert.Empty(report.Migrations[0].Findings);
        var findings = report.Migrations[1].Findings;
        Assert.Equal([RehearsalRule.ArbitraryRow, RehearsalRule.DependsOnOtherRows], findings.Select(finding => finding.Rule).Order());
        foreach (var finding in findings)
        {
            Assert.Equal("UPDATE", finding.Statement![..6]);
            Assert.Equal("0002_m2/up.sql", finding.File);
            Assert.Equal(2, finding.Line);
            Assert.Equal(["projects", "projects", "users", "users", "volumes", "volumes"], InsertedInto(finding));
            Assert.Contains(finding.Evidence, line => line.Contains("user_id is 'users-", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Incident_OnBothEngines_IsAlsoTheCardinalityErrorOfPostgres()
    {
        using var play = new Play().Add(Schema).Add(Wrong, Down);

        var report = await play.RunAsync(postgres);

        var failed = Assert.Single(report.Migrations[1].Findings, finding => finding.Engine == Dialect.Postgres);
        Assert.Equal(RehearsalRule.StatementFailed, failed.Rule);
        Assert.Equal("21000", failed.EngineCode);
        Assert.Equal(2, failed.Line);
        Assert.Equal(["projects", "users", "volumes", "volumes"], InsertedInto(failed));
        Assert.Contains(report.Migrations[1].Findings, finding => finding is { Engine: Dialect.Sqlite, Rule: RehearsalRule.ArbitraryRow });
        Assert.Contains("WHERE user_id IS NULL;", Play.Text(report), StringComparison.Ordinal);
        Assert.Contains("\"rule\": \"StatementFailed\"", report.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Right)]
    [InlineData(Joined)]
    public async Task Incident_Corrected_PassesAllScenariosOnBothEngines(string corrected)
    {
        using var play = new Play().Add(Schema).Add(corrected, Down);

        var report = await play.RunAsync(postgres);

        Assert.True(report.Passed, Play.Text(report));
        Assert.Equal(200, report.Migrations[1].Scenarios);
        Assert.True(report.Migrations[1].RowsTouched > 1000);
    }

    [Fact]
    public async Task Incident_TheSmallestRows_ShowItOnTheEngineItself()
    {
        using var play = new Play().Add(Schema).Add(Wrong, Down);
        var sql = (await play.RunAsync()).Migrations[1].Findings[0].Sql!;

        using var scratch = new Scratch();
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(scratch.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"{Schema};{sql}";
        await command.ExecuteNonQueryAsync();

        Assert.Equal(["1"], scratch.Rows("SELECT count(*) FROM volumes JOIN projects ON projects.id = project_id WHERE user_id <> owner_id"));
    }

    [Fact]
    public async Task Incident_SameSeed_SameFindings()
    {
        using var play = new Play().Add(Schema).Add(Wrong, Down);

        var (one, other, another) = (await play.RunAsync(seed: 7), await play.RunAsync(seed: 7), await play.RunAsync(seed: 8));

        Assert.Equal(Play.Findings(one).Select(finding => finding.Sql), Play.Findings(other).Select(finding => finding.Sql));
        Assert.Equal(one.Migrations[1].Rows, other.Migrations[1].Rows);
        Assert.NotEqual(one.Migrations[1].Rows, another.Migrations[1].Rows);
    }

    private static IEnumerable<string> InsertedInto(RehearsalFinding finding) =>
        finding.Sql!.Split('\n').Where(line => line.StartsWith("INSERT INTO", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Order();
}
