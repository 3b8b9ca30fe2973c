using Gantry.Migrations.Databases;
using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Rows made from a schema alone: the engines take them, and they are of every kind.</summary>
public sealed class GenerationTests(PostgresServer postgres)
{
    private const string Teams = """
        CREATE TABLE teams (org INTEGER NOT NULL, num INTEGER NOT NULL, lead TEXT, parent_org INTEGER, parent_num INTEGER,
          PRIMARY KEY (org, num), FOREIGN KEY (parent_org, parent_num) REFERENCES teams (org, num));
        CREATE TABLE people (id TEXT NOT NULL PRIMARY KEY, org INTEGER NOT NULL, num INTEGER NOT NULL, boss TEXT REFERENCES people (id), home_id TEXT NOT NULL UNIQUE,
          FOREIGN KEY (org, num) REFERENCES teams (org, num));
        """;

    [Fact]
    public async Task Fill_CompositeKeysAndSelfReferences_GivesEveryKindOfFamily()
    {
        await using var scratch = new SqliteScratch();
        var scenarios = await ScenariosAsync(scratch, Teams, 200);
        var people = scenarios.Select(rows => rows.Where(row => row.Table == 1).ToList()).ToList();

        Assert.Contains(people, rows => rows.Exists(row => !row.Cells[3].IsNull));
        Assert.Contains(people, rows => rows.GroupBy(row => (row.Cells[1], row.Cells[2])).Any(team => team.Count() >= 5));
        Assert.Contains(scenarios, rows => rows.Any(row => row.Table == 0 && !row.Cells[3].IsNull));
        Assert.Contains(scenarios, rows => rows.Any(row => row.Table == 1) && rows.Count(row => row.Table == 0) > rows.Where(row => row.Table == 1).Select(row => (row.Cells[1], row.Cells[2])).Distinct().Count());
    }

    [Fact]
    public async Task Fill_TypesOfPostgres_AreAllFilledBothWays()
    {
        var cluster = await postgres.ClusterAsync();
        await using var scratch = await PostgresScratch.OpenAsync(DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()), CancellationToken.None);
        var scenarios = await ScenariosAsync(scratch, """
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE DOMAIN small AS integer CHECK (VALUE BETWEEN 0 AND 9);
            CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood, s small, tags text[], nums integer[], u uuid, j jsonb, b bytea, d date,
              t time, ts timestamptz, n numeric(6,2), r double precision, i interval, ip inet, flag boolean, c char(3), v varchar(5), big bigint);
            CREATE TABLE left_ (id integer PRIMARY KEY, right_id integer NOT NULL);
            CREATE TABLE right_ (id integer PRIMARY KEY, left_id integer REFERENCES left_ (id));
            ALTER TABLE left_ ADD FOREIGN KEY (right_id) REFERENCES right_ (id) DEFERRABLE INITIALLY DEFERRED;
            """, 60);
        var rows = scenarios.SelectMany(rows => rows).GroupBy(row => row.Table).Select(group => group.ToList()).ToList();

        Assert.Equal(3, rows.Count);
        var things = rows.Single(table => table[0].Cells.Length > 10);
        for (var column = 1; column < things[0].Cells.Length; column++)
        {
            Assert.Contains(things, row => row.Cells[column].IsNull);
            Assert.True(things.Select(row => row.Cells[column]).Distinct().Count() > 2, $"column {column}");
        }
    }

    private const string Tight = """
        CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY);
        CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY);
        CREATE TABLE jobs (id INTEGER NOT NULL PRIMARY KEY,
          state VARCHAR(20) NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
          started INTEGER, finished INTEGER, exit_code INTEGER,
          code VARCHAR(40) NOT NULL CHECK (length(code) = 7 AND code LIKE 'AB-%'),
          priority INTEGER NOT NULL CHECK (priority BETWEEN 40 AND 60),
          share NUMERIC(6, 2) NOT NULL CHECK (share > 0.25 AND share < 0.75),
          region VARCHAR(10) NOT NULL CHECK (region IN ('eu-west', 'us-east')),
          user_id INTEGER REFERENCES users (id), team_id INTEGER REFERENCES teams (id),
          CHECK ((state = 'queued') = (started IS NULL)),
          CHECK ((state IN ('done', 'failed')) = (finished IS NOT NULL)),
          CHECK (finished IS NULL OR finished >= started),
          CHECK ((state = 'failed') = (exit_code IS NOT NULL AND exit_code <> 0)),
          CHECK ((user_id IS NULL) <> (team_id IS NULL)));
        CREATE TABLE only_one (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), name VARCHAR(10) NOT NULL);
        """;

    [Theory]
    [InlineData(Dialect.Sqlite)]
    [InlineData(Dialect.Postgres)]
    public async Task Fill_ChecksThatTieColumnsTogether_GivesRowsOfEveryKindThatTheyAllow(Dialect dialect)
    {
        await using IScratch scratch = dialect == Dialect.Sqlite ? new SqliteScratch()
            : await PostgresScratch.OpenAsync(DatabaseAddress.Parse(await (await postgres.ClusterAsync()).CreateDatabaseAsync()), CancellationToken.None);

        var jobs = (await ScenariosAsync(scratch, Tight, 120)).SelectMany(rows => rows).Where(row => row.Cells.Length == 11).ToList();

        Assert.Equal(["done", "failed", "queued", "running"], jobs.Select(row => row.Cells[1].Text).Distinct().Order());
        Assert.Contains(jobs, row => row.Cells[9].IsNull);
        Assert.Contains(jobs, row => row.Cells[10].IsNull);
        Assert.Equal(2, jobs.Select(row => row.Cells[8].Text).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_ChecksThatTieColumnsTogether_AreRehearsedWithRowsOnBothEngines()
    {
        using var play = new Play().Add(Tight).Add("ALTER TABLE jobs ADD COLUMN note TEXT; UPDATE jobs SET note = region WHERE state = 'failed'", "ALTER TABLE jobs DROP COLUMN note");

        var report = await play.RunAsync(postgres, scenarios: 40);

        Assert.True(report.Passed && !Play.Findings(report).Any(), Play.Text(report));
        Assert.True(report.Migrations[1].RowsTouched > 0, Play.Text(report));
    }

    [Fact]
    public async Task RunAsync_TableThatNoRowFits_IsReportedAndNotPassedOver()
    {
        using var play = new Play().Add("CREATE TABLE odd (id INTEGER NOT NULL PRIMARY KEY, word TEXT NOT NULL CHECK (word = 'a' || 'bcd' || id))").Add("UPDATE odd SET word = word");

        var report = await play.RunAsync(scenarios: 5);

        var finding = Assert.Single(Play.Findings(report));
        Assert.Equal(RehearsalRule.NotRehearsed, finding.Rule);
        Assert.False(finding.IsError);
        Assert.Contains("odd", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Consistent_ParentTaken_TakesItsChildrenAlong()
    {
        var model = new ScenarioModel(new DatabaseSchema(Dialect.Sqlite, []),
        [
            new TableModel { Name = "p", Columns = [Column("id")], Keys = [[0]] },
            new TableModel { Name = "c", Columns = [Column("id"), Column("p_id")], Keys = [[0]], References = [new Reference([1], 0, [0])] },
        ]);
        Row[] rows = [new(0, [Text("1")]), new(0, [Text("2")]), new(1, [Text("1"), Text("1")]), new(1, [Text("2"), Text("2")]), new(1, [Text("3"), new Cell(ValueKind.Text, null)])];

        Assert.Equal(3, Links.Families(model, rows).Count);
        Assert.Equal([rows[1], rows[3], rows[4]], Links.Consistent(model, rows[1..]));
    }

    private static ColumnModel Column(string name) => new() { Name = name, Shape = new ColumnShape(ValueKind.Text), NotNull = false };

    private static Cell Text(string text) => new(ValueKind.Text, text);

    /// <summary>The rows of each scenario; that the engine takes all of them is asserted.</summary>
    private static async Task<List<IReadOnlyList<Row>>> ScenariosAsync(IScratch scratch, string ddl, int count)
    {
        await scratch.StartFromAsync(ddl, CancellationToken.None);
        await scratch.ResetAsync(CancellationToken.None);
        var types = await scratch.TypesAsync(CancellationToken.None);
        var model = ModelBuilder.Build(await scratch.SchemaAsync(CancellationToken.None), types, new ScriptWords("", scratch.Dialect), [], reachesFurther: true);
        model = await new Calibration([scratch], []).RunAsync(model, CancellationToken.None);
        Assert.All(model.Tables, table => Assert.Null(table.Impossible));

        var scenarios = new List<IReadOnlyList<Row>>();
        var (made, refused) = (0, 0);
        foreach (var shape in ScenarioPlan.Shapes(model, count, seed: 1))
        {
            var rows = new ScenarioGenerator(model, seed: 1).Fill(scenarios.Count + 1, shape).Rows;
            await scratch.ResetAsync(CancellationToken.None);
            var odd = await scratch.LoadAsync(new RowLoad(model, rows, []), CancellationToken.None);
            Assert.Empty(await scratch.OrphansAsync(CancellationToken.None));
            (made, refused) = (made + rows.Count, refused + odd.Count);
            scenarios.Add([.. rows.Except(odd.Select(row => row.Row))]);
        }
        Assert.True(refused * 5 < made, $"{refused} of {made} rows were refused");
        return scenarios;
    }
}
