using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Bench.Backfill;

namespace Gantry.Bench.Figures;

/// <summary><c>gantry db upgrade</c> of a column that every row fills from its parent: in batches, against the single UPDATE, on both engines.</summary>
internal static partial class BackfillFigure
{
    private const int Usual = 1_000_000;
    private const int Rounds = 3;

    private const string Update = """
        UPDATE items SET owner_id = (SELECT owner_id FROM parents WHERE parents.id = items.parent_id)
        WHERE owner_id IS NULL;
        """;

    public static async Task MeasureAsync(int? count)
    {
        var rows = count ?? Usual;
        await using var home = new BenchHome();
        var single = Migrations(home, "single", "");
        var batched = Migrations(home, "batched", "-- step: backfill table=items key=id batch=1000\n");
        foreach (var engine in new BackfillEngine[] { new SqliteEngine(), new PostgresEngine() })
        {
            await using var owned = engine;
            await engine.PrepareAsync(rows);
            var (wholes, batches, held) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                wholes.Add(Upgrade(home, await engine.CopyAsync(), single).Milliseconds);
                var (took, said) = Upgrade(home, await engine.CopyAsync(), batched);
                batches.Add(took);
                held.Add(LongestLock(said));
            }
            var ratio = new Sample(batches).Median / new Sample(wholes).Median;
            Report.Times($"{engine.Name}: single UPDATE of {rows:N0} rows", new Sample(wholes));
            Report.Times($"{engine.Name}: the same in batches", new Sample(batches));
            Report.Value($"{engine.Name}: batches / single UPDATE", $"{ratio:0.00} x", ($"<= 2 x", ratio <= 2));

            Report.Value($"{engine.Name}: longest lock that a batch held, of {Rounds} runs", $"{held.Max():0} ms", ($"<= 100 ms", held.Max() <= 100));

            // A writer beside it takes time itself: the waits are measured in runs of their own.
            Report.Value($"{engine.Name}: longest wait of a writer, batches", $"{(await LongestWaitAsync(home, engine, batched)).TotalMilliseconds:0} ms");
            Report.Value($"{engine.Name}: longest wait of a writer, single UPDATE", $"{(await LongestWaitAsync(home, engine, single)).TotalMilliseconds:0} ms");
        }
    }

    private static async Task<TimeSpan> LongestWaitAsync(BenchHome home, BackfillEngine engine, string migrations)
    {
        var database = await engine.CopyAsync();
        await using var bystander = new Bystander(engine, database);
        await Task.Run(() => Upgrade(home, database, migrations));
        return await bystander.LongestAsync();
    }

    private static (double Milliseconds, string Said) Upgrade(BenchHome home, string database, string migrations) =>
        Command.Run(home.Gantry("db", "upgrade", "--no-check", "--no-backup", "--retry-for", "300", "--database", database, "--migrations", migrations));

    // The last line of progress tells the longest of all batches so far.
    private static double LongestLock(string said) =>
        double.Parse(LongestLockWords().Matches(said)[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("longest lock ([0-9]+) ms", RegexOptions.CultureInvariant)]
    private static partial Regex LongestLockWords();

    private static string Migrations(BenchHome home, string name, string directive)
    {
        var folder = Path.Combine(home.Directory, name);
        var migration = Directory.CreateDirectory(Path.Combine(folder, "0001_owner")).FullName;
        File.WriteAllText(Path.Combine(migration, "up.sql"), $"-- step: expand\nALTER TABLE items ADD COLUMN owner_id INTEGER;\n{directive}{Update}\n");
        File.WriteAllText(Path.Combine(migration, "down.sql"), "ALTER TABLE items DROP COLUMN owner_id;\n");
        return folder;
    }
}
