using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Scenarios side by side: they are the same as alone, but for the values of their keys, and a fault of one of them is told as its own.</summary>
public sealed class ScenarioGroupsTests
{
    private const string Schema = """
        CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, level INTEGER);
        CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), title TEXT, kind TEXT NOT NULL, UNIQUE (user_id, kind));
        CREATE TABLE tags (note_id INTEGER NOT NULL REFERENCES notes (id), tag TEXT NOT NULL, PRIMARY KEY (note_id, tag));
        CREATE TABLE marks (id INTEGER NOT NULL PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id));
        """;

    [Fact]
    public async Task All_SideBySide_EachScenarioOnceWithItsRowsAndNoKeyTwice()
    {
        var (model, groups, count) = await GroupsAsync(["users", "notes", "tags"]);

        var all = groups.All().ToList();

        Assert.Equal(Enumerable.Range(1, count), all.SelectMany(group => group).Select(scenario => scenario.Number));
        Assert.InRange(all.Count, 8, count / 4);
        foreach (var group in all)
        {
            Assert.True(group.Count == 1 || !group.Any(scenario => groups.IsTelling(scenario.Number)));
            var rows = group.SelectMany(scenario => scenario.Rows).ToList();
            Assert.Equal(rows.Count, Links.Consistent(model, rows).Count);
        }
        foreach (var scenario in all.SelectMany(group => group))
        {
            var alone = groups.Alone(scenario.Number);
            Assert.Equal(alone.Name, scenario.Name);
            Assert.Equal(alone.Rows.Select(row => row.Table), scenario.Rows.Select(row => row.Table));
            Assert.Equal(alone.Rows.Select(row => row.Cells.Count(cell => cell.IsNull)), scenario.Rows.Select(row => row.Cells.Count(cell => cell.IsNull)));
        }
    }

    [Fact]
    public async Task All_NotSideBySide_EachScenarioAlone()
    {
        var (_, groups, count) = await GroupsAsync(null);

        var all = groups.All().ToList();

        Assert.Equal(count, all.Count);
        Assert.All(all, group => Assert.Single(group));
    }

    [Fact]
    public async Task All_SideBySide_HaveNoRowsThatCannotMatter_TheTellingOnesHaveAll()
    {
        var (model, groups, _) = await GroupsAsync(["marks"]);
        var tags = model.Tables.ToList().FindIndex(table => table.Name == "tags");

        var all = groups.All().SelectMany(group => group).ToList();

        Assert.All(all.Where(scenario => !groups.IsTelling(scenario.Number)), scenario => Assert.DoesNotContain(scenario.Rows, row => row.Table == tags));
        Assert.Contains(all, scenario => scenario.Rows.Any(row => row.Table == tags));
        Assert.Contains(all, scenario => !groups.IsTelling(scenario.Number) && scenario.Rows.Count > 5);
    }

    [Theory]
    [InlineData("users", "marks, notes, tags, users")]
    [InlineData("NOTES", "notes, tags, users")]
    [InlineData("tags", "notes, tags, users")]
    [InlineData("marks", "marks, users")]
    [InlineData("others", "")]
    public async Task Concerned_ATable_ThoseThatPointToItAndThoseThatAnyOfThemNeeds(string touched, string concerned)
    {
        var (model, _, _) = await GroupsAsync(null);

        Assert.Equal(concerned, string.Join(", ", Concerned.Of(model, [touched]).Select(place => model.Tables[place].Name).Order()));
    }

    [Fact]
    public async Task RunAsync_FaultOfOneScenarioOfAGroup_IsToldAsThatScenarios()
    {
        using var play = new Play().Add(Schema).Add("CREATE UNIQUE INDEX ux ON notes (user_id)", "DROP INDEX ux");

        var report = await play.RunAsync();

        var finding = Assert.Single(report.Migrations[1].Findings);
        Assert.Equal(RehearsalRule.StatementFailed, finding.Rule);
        Assert.Equal("5: 0, 1 and 2 rows of notes for a row of users", finding.Scenario);
        Assert.Equal(200, report.Migrations[1].Scenarios);
    }

    private static async Task<(ScenarioModel Model, ScenarioGroups Groups, int Count)> GroupsAsync(string[]? sideBySide)
    {
        await using var scratch = new SqliteScratch();
        await scratch.StartFromAsync(Schema, CancellationToken.None);
        await scratch.ResetAsync(CancellationToken.None);
        var model = ModelBuilder.Build(await scratch.SchemaAsync(CancellationToken.None), await scratch.TypesAsync(CancellationToken.None), new ScriptWords("", Dialect.Sqlite), [], reachesFurther: true);
        model = await new Calibration([scratch], []).RunAsync(model, CancellationToken.None);
        var shapes = ScenarioPlan.Shapes(model, 200, seed: 1).ToList();
        return (model, new ScenarioGroups(model, new ScenarioGenerator(model, seed: 1), shapes, sideBySide is null ? null : Concerned.Of(model, sideBySide)), shapes.Count);
    }
}
