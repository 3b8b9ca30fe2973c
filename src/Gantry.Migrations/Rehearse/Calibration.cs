using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// Asks the engines which values they take, so that no rule of theirs has to be understood here: a check that no parser of ours knows, a domain, a
/// trigger that refuses. What is refused beside an otherwise good row is not tried again. A table without any good row is reported by its name.
/// </summary>
internal sealed class Calibration(IReadOnlyList<IScratch> engines, IReadOnlyList<Assumption> assumptions)
{
    private const int Attempts = 80;

    /// <summary>The model with the values that every engine takes.</summary>
    public async Task<ScenarioModel> RunAsync(ScenarioModel model, CancellationToken cancellationToken)
    {
        foreach (var engine in engines)
        {
            await engine.ResetAsync(cancellationToken);
            var schema = await engine.SchemaAsync(cancellationToken);
            var good = new Row?[model.Tables.Count];
            for (var table = 0; table < model.Tables.Count; table++)
                model = await TableAsync(engine, schema, model, table, good, cancellationToken);
            await engine.ResetAsync(cancellationToken);
        }
        return model;
    }

    private async Task<ScenarioModel> TableAsync(IScratch engine, DatabaseSchema schema, ScenarioModel model, int table, Row?[] good, CancellationToken cancellationToken)
    {
        if (model.Tables[table].Impossible is not null)
            return model;
        var candidates = Candidates(model, table, good);
        var conditions = RowCondition.Of(schema, model.Tables[table], assumptions);
        model = With(model, table, await new CheckSolver(engine, schema, model.Tables[table], conditions).SolveAsync(candidates, cancellationToken));
        var (row, why) = await FirstGoodAsync(engine, model, table, good, candidates, cancellationToken);
        if (row is null)
            return With(model, table, model.Tables[table] with { Impossible = why });

        var columns = model.Tables[table].Columns.ToArray();
        for (var i = 0; i < columns.Length; i++)
            if (!columns[i].Refers && !model.Tables[table].Groups.Any(group => group.Places.Contains(i)))
                columns[i] = await ColumnAsync(engine, model, row, i, cancellationToken);
        model = With(model, table, model.Tables[table] with { Columns = columns });
        await TryAsync(engine, model, row, keep: true, cancellationToken);
        good[table] = row;
        return model;
    }

    /// <summary>What may be tried in each column: no value where none is needed, what checks name, the row's own, the edges of the type.</summary>
    private static IReadOnlyList<Cell>[] Candidates(ScenarioModel model, int table, Row?[] good)
    {
        var of = model.Tables[table];
        return [.. of.Columns.Select((column, place) =>
        {
            Cell?[] nothing = column.NotNull || of.PrimaryKey.Contains(place) ? [] : [column.Null];
            Cell?[] own = [ValuePool.Own(of.Name, column, 1), ValuePool.Own(of.Name, column, 2)];
            IEnumerable<Cell?> likely = of.References.FirstOrDefault(reference => reference.Columns.Contains(place)) is { } reference
                && good[reference.Parent]?.Cells[reference.ParentColumns[Array.IndexOf(reference.Columns, place)]] is { } parent ? [parent, .. nothing]
                : column.InKey ? [.. own, .. nothing, .. column.Pool]
                // What checks and scripts name stands at the end of the pool.
                : [.. nothing, .. column.Pool.Reverse(), .. own];
            return (IReadOnlyList<Cell>)[.. likely.OfType<Cell>().Distinct()];
        })];
    }

    private async Task<(Row? Row, string? Why)> FirstGoodAsync(
        IScratch engine, ScenarioModel model, int table, Row?[] good, IReadOnlyList<Cell>[] candidates, CancellationToken cancellationToken)
    {
        var dice = new Dice(Dice.Seed(0, model.Tables[table].Name));
        string? why = "no parent row";
        ValueChoice[] first = [ValueChoice.Own, ValueChoice.Null, ValueChoice.Same];
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // In turns: values as the generator takes them, and what the checks were found to allow.
            var solved = attempt % 2 == 1;
            var choice = attempt / 2 < first.Length ? first[attempt / 2] : attempt < 24 ? ValueChoice.Edge : ValueChoice.Any;
            var cells = model.Tables[table].Columns.Select((column, i) => solved && candidates[i].Count > 0
                ? candidates[i][attempt / 2 % candidates[i].Count]
                : ScenarioGenerator.Value(model.Tables[table], i, choice, attempt + 1, dice)).ToArray();
            foreach (var group in model.Tables[table].Groups.Where(group => group.Solutions.Count > 0))
                for (var i = 0; i < group.Places.Length; i++)
                    cells[group.Places[i]] = group.Solutions[attempt / 2 % group.Solutions.Count][i];
            var row = new Row(table, cells);
            if (!Refer(model, row, good))
                return (null, $"no row of {model.Tables[model.Tables[table].References.First(reference => reference.Declared && good[reference.Parent] is null).Parent]} could be made");
            why = await TryAsync(engine, model, row, keep: false, cancellationToken);
            if (why is null)
                return (row, null);
        }
        return (null, why);
    }

    private static bool Refer(ScenarioModel model, Row row, Row?[] good)
    {
        var table = model.Tables[row.Table];
        foreach (var reference in table.References)
        {
            var parent = reference.Parent == row.Table ? row : good[reference.Parent];
            var nullable = reference.Columns.Where(place => !table.Columns[place].NotNull).ToList();
            // A check may want a row that points nowhere.
            if (nullable.Exists(place => row.Cells[place].IsNull && table.Groups.Any(group => group.Places.Contains(place))))
                continue;
            if (parent is null || (parent == row && nullable.Count > 0))
            {
                if (reference.Declared && nullable.Count == 0)
                    return false;
                foreach (var place in nullable)
                    row.Cells[place] = table.Columns[place].Null;
            }
            else
                for (var i = 0; i < reference.Columns.Length; i++)
                    row.Cells[reference.Columns[i]] = parent.Cells[reference.ParentColumns[i]];
        }
        return true;
    }

    private async Task<ColumnModel> ColumnAsync(IScratch engine, ScenarioModel model, Row good, int place, CancellationToken cancellationToken)
    {
        var column = model.Tables[good.Table].Columns[place];
        var own = column.TakesOwn && ValuePool.Own(model.Tables[good.Table].Name, column, 2) is { } two && await TakesAsync(engine, model, good, place, two, cancellationToken);
        var pool = new List<Cell>();
        foreach (var cell in column.Pool)
            if (await TakesAsync(engine, model, good, place, cell, cancellationToken))
                pool.Add(cell);
        // The value that the good row has is good, whatever became of the others.
        if (pool.Count == 0 && !own && !good.Cells[place].IsNull)
            pool.Add(good.Cells[place]);
        var notNull = column.NotNull || !await TakesAsync(engine, model, good, place, column.Null, cancellationToken);
        return column with { TakesOwn = own, Pool = pool, NotNull = notNull };
    }

    private async Task<bool> TakesAsync(IScratch engine, ScenarioModel model, Row good, int place, Cell cell, CancellationToken cancellationToken)
    {
        if (good.Cells[place] == cell)
            return true;
        var cells = good.Cells.ToArray();
        cells[place] = cell;
        return await TryAsync(engine, model, new Row(good.Table, cells), keep: false, cancellationToken) is null;
    }

    private Task<string?> TryAsync(IScratch engine, ScenarioModel model, Row row, bool keep, CancellationToken cancellationToken) =>
        engine.TryAsync(new RowLoad(model, [row], assumptions), keep, cancellationToken);

    private static ScenarioModel With(ScenarioModel model, int table, TableModel changed) =>
        model with { Tables = [.. model.Tables.Select((other, i) => i == table ? changed : other)] };
}
