using System.Globalization;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// Finds values that a table's checks allow together: a state and its dates, either a user or a team. The engine itself is asked, over rows that are in no
/// table, so that no condition has to be understood here. Condition by condition, the rows found so far are widened by the next columns: few at a time, so
/// that ten columns cost no more than the three that one condition speaks of.
/// </summary>
internal sealed class CheckSolver(IScratch engine, DatabaseSchema schema, TableModel table, IReadOnlyList<RowCondition> conditions)
{
    // As many rows as an engine is asked about at once, and as many as are kept.
    private const int Asked = 3000;
    private const int Kept = 32;

    /// <summary>The table with the values that its conditions allow: of each column alone, and of columns together.</summary>
    /// <param name="candidates">For each column what may be tried, the likely ones first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<TableModel> SolveAsync(IReadOnlyList<Cell>[] candidates, CancellationToken cancellationToken)
    {
        foreach (var condition in conditions.Where(condition => condition.Places.Length == 1))
        {
            var place = condition.Places[0];
            var allowed = await MeetingAsync([place], [.. candidates[place].Select(cell => new[] { cell })], [condition], cancellationToken);
            // What nothing meets is for the engine to refuse when a row is tried.
            if (allowed.Count > 0)
                candidates[place] = [.. allowed.Select(row => row[0])];
        }
        var groups = new List<CheckGroup>();
        foreach (var together in Groups())
            groups.Add(await GroupAsync(together, candidates, cancellationToken));
        return table with { Groups = groups };
    }

    private List<List<RowCondition>> Groups()
    {
        var groups = new List<List<RowCondition>>();
        foreach (var condition in conditions.Where(condition => condition.Places.Length > 1))
        {
            var touched = groups.Where(group => group.Exists(other => other.Places.Intersect(condition.Places).Any())).ToList();
            groups.RemoveAll(touched.Contains);
            groups.Add([.. touched.SelectMany(group => group), condition]);
        }
        return groups;
    }

    private async Task<CheckGroup> GroupAsync(List<RowCondition> together, IReadOnlyList<Cell>[] candidates, CancellationToken cancellationToken)
    {
        int[] places = [.. together.SelectMany(condition => condition.Places).Distinct().Order()];
        // What another engine found is only looked through.
        if (table.Groups.FirstOrDefault(group => group.Places.SequenceEqual(places)) is { Solutions.Count: > 0 } known
            && await MeetingAsync(places, known.Solutions, together, cancellationToken) is { Count: > 0 } shared)
            return new CheckGroup(places, shared);

        var (filled, rows) = (new List<int>(), new List<Cell[]> { Array.Empty<Cell>() });
        foreach (var condition in together.OrderBy(condition => condition.Places.Length))
        {
            int[] added = [.. condition.Places.Except(filled)];
            rows = Widen(rows, [.. added.Select(place => candidates[place])]);
            filled.AddRange(added);
            rows = MostUnlike(await MeetingAsync(filled, rows, [.. together.Where(other => other.Places.All(filled.Contains))], cancellationToken));
        }
        var order = places.Select(place => filled.IndexOf(place)).ToArray();
        return new CheckGroup(places, [.. rows.Select(row => order.Select(at => row[at]).ToArray())]);
    }

    /// <summary>Every row with every combination of the columns' candidates, fewer of them the more columns there are.</summary>
    private static List<Cell[]> Widen(List<Cell[]> rows, IReadOnlyList<Cell>[] columns)
    {
        var each = (int)Math.Max(2, Math.Pow((double)Asked / Math.Max(rows.Count, 1), 1.0 / Math.Max(columns.Length, 1)));
        foreach (var column in columns)
            rows = [.. rows.SelectMany(row => column.Take(each).Select(cell => (Cell[])[.. row, cell])).Take(Asked)];
        return rows;
    }

    /// <summary>First those that bring a value, or a NULL, that none before had.</summary>
    private static List<Cell[]> MostUnlike(IReadOnlyList<Cell[]> rows)
    {
        var seen = new HashSet<(int, string?)>();
        var kept = rows.Where(row => row.Select((cell, i) => seen.Add((i, cell.Text))).ToList().Contains(true)).Take(Kept).ToList();
        return [.. kept, .. rows.Except(kept).Take(Kept - kept.Count)];
    }

    /// <summary>Those of the rows that the engine says meet the conditions; a condition that it cannot read alone refuses none.</summary>
    private async Task<List<Cell[]>> MeetingAsync(IReadOnlyList<int> places, IReadOnlyList<Cell[]> rows, IReadOnlyList<RowCondition> asked, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        if (await engine.AskAsync(Question(places, rows, asked), cancellationToken) is { } answer)
            return [.. answer.Select(i => rows[i])];
        // One of the rows, or the question itself, was refused: each is asked for alone, as far as that takes no time to speak of.
        var meeting = new List<Cell[]>();
        foreach (var row in rows.Take(Kept * 2))
            if (await engine.AskAsync(Question(places, [row], asked), cancellationToken) is { Count: 1 })
                meeting.Add(row);
        return meeting;
    }

    private string Question(IReadOnlyList<int> places, IReadOnlyList<Cell[]> rows, IReadOnlyList<RowCondition> asked)
    {
        var columns = places.Select((place, i) => $"{Typed(place, i)} AS {SqlName.Quote(table.Columns[place].Name)}");
        var values = rows.Select((row, i) => $"({i.ToString(CultureInfo.InvariantCulture)}, {string.Join(", ", row.Select(Literal))})");
        var name = SqlName.Quote(table.Name[(table.Name.LastIndexOf('.') + 1)..]);
        return $"SELECT {name}.row_ FROM (SELECT column1 AS row_, {string.Join(", ", columns)} FROM (VALUES {string.Join(", ", values)}) AS v) AS {name}"
            + $" WHERE {string.Join(" AND ", asked.Select(condition => $"({condition.Text}) IS NOT FALSE"))} ORDER BY 1";
    }

    // SQLite's CAST would turn a text into a number by force, which its columns do not: its values are as they are written.
    private string Typed(int place, int i)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"column{i + 2}");
        var type = schema.Find(table.Name)?.Columns.FirstOrDefault(column => schema.Names.Equals(column.Name, table.Columns[place].Name))?.Type;
        return engine.Dialect == Dialect.Sqlite || string.IsNullOrEmpty(type) ? value : $"CAST({value} AS {type})";
    }

    private string Literal(Cell cell) =>
        engine.Dialect == Dialect.Sqlite || cell.IsNull ? cell.Literal(engine.Dialect)
        : new Cell(ValueKind.Text, cell.Kind == ValueKind.Bytes ? "\\x" + cell.Text : cell.Text).Literal(Dialect.Postgres);
}
