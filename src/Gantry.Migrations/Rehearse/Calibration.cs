using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;

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
            var good = new Row?[model.Tables.Count];
            for (var table = 0; table < model.Tables.Count; table++)
                model = await TableAsync(engine, model, table, good, cancellationToken);
            await engine.ResetAsync(cancellationToken);
        }
        return model;
    }

    private async Task<ScenarioModel> TableAsync(IScratch engine, ScenarioModel model, int table, Row?[] good, CancellationToken cancellationToken)
    {
        if (model.Tables[table].Impossible is not null)
            return model;
        var (row, why) = await FirstGoodAsync(engine, model, table, good, cancellationToken);
        if (row is null)
            return With(model, table, model.Tables[table] with { Impossible = why });

        var columns = model.Tables[table].Columns.ToArray();
        for (var i = 0; i < columns.Length; i++)
            if (!columns[i].Refers)
                columns[i] = await ColumnAsync(engine, model, row, i, cancellationToken);
        model = With(model, table, model.Tables[table] with { Columns = columns });
        await TryAsync(engine, model, row, keep: true, cancellationToken);
        good[table] = row;
        return model;
    }

    private async Task<(Row? Row, string? Why)> FirstGoodAsync(IScratch engine, ScenarioModel model, int table, Row?[] good, CancellationToken cancellationToken)
    {
        var dice = new Dice(Dice.Seed(0, model.Tables[table].Name));
        string? why = "no parent row";
        ValueChoice[] first = [ValueChoice.Own, ValueChoice.Null, ValueChoice.Same];
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var choice = attempt < first.Length ? first[attempt] : attempt < 24 ? ValueChoice.Edge : ValueChoice.Any;
            var cells = model.Tables[table].Columns.Select((column, i) => ScenarioGenerator.Value(model.Tables[table], i, choice, attempt + 1, dice)).ToArray();
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
