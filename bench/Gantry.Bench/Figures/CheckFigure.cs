using System.Globalization;
using System.Text;

namespace Gantry.Bench.Figures;

/// <summary>How many statements <c>gantry db check</c> proves in a second, the start of the process included; the command without work is its peer.</summary>
internal static class CheckFigure
{
    private const int Usual = 20_000;
    private const int Rounds = 5;

    // What an application's migrations hold most of, each form in turn: every one needs a look at the schema, and the subqueries a proof.
    private static readonly string[] Statements =
    [
        "UPDATE items SET owner_id = (SELECT owner_id FROM parents WHERE parents.id = items.parent_id) WHERE id = {0};",
        "INSERT INTO parents (id, owner_id) VALUES ({0}, (SELECT max(owner_id) FROM parents));",
        "DELETE FROM items WHERE id = {0} AND NOT EXISTS (SELECT 1 FROM parents WHERE parents.id = items.parent_id);",
        "INSERT INTO items (id, parent_id, owner_id) SELECT {0}, id, owner_id FROM parents WHERE owner_id > 0 ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id;",
    ];

    public static async Task MeasureAsync(int? count)
    {
        var statements = count ?? Usual;
        await using var home = new BenchHome();
        var schema = await WriteAsync(home, "schema.sql", """
            CREATE TABLE parents (id INTEGER NOT NULL PRIMARY KEY, owner_id INTEGER NOT NULL);
            CREATE TABLE items (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents (id), owner_id INTEGER);
            """);
        var file = await WriteAsync(home, "migration.sql", Text(statements));
        var nothing = await WriteAsync(home, "nothing.sql", "SELECT 1;\n");
        foreach (var dialect in new[] { "sqlite", "postgres" })
        {
            var alone = Command.Times(Rounds, () => home.Gantry("db", "check", nothing, "--schema", schema, "--dialect", dialect));
            var whole = Command.Times(Rounds, () => home.Gantry("db", "check", file, "--schema", schema, "--dialect", dialect));
            Report.Times($"{dialect}: check of {statements:N0} statements", whole, peer: ("check of one", alone));
            Report.Value($"{dialect}: statements a second, start included", $"{statements / whole.Median * 1000:0}/s");
        }
    }

    private static string Text(int statements)
    {
        var text = new StringBuilder();
        for (var i = 0; i < statements; i++)
            text.AppendFormat(CultureInfo.InvariantCulture, Statements[i % Statements.Length], i).Append('\n');
        return text.ToString();
    }

    private static async Task<string> WriteAsync(BenchHome home, string name, string text)
    {
        var path = Path.Combine(home.Directory, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
