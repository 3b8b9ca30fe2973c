using System.Globalization;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Fills an outline with rows. Pure: the same model, seed and number give the same rows.</summary>
internal sealed class ScenarioGenerator(ScenarioModel model, ulong seed)
{
    /// <summary>The scenario of this outline.</summary>
    /// <param name="number">From 1: its place in the plan.</param>
    /// <param name="shape">Its outline.</param>
    public Scenario Fill(int number, ScenarioShape shape) => Fill(number, shape, new int[model.Tables.Count]);

    /// <summary>The scenario of this outline, to stand beside others: its rows are numbered behind theirs, so that no key of them is the same.</summary>
    /// <param name="number">From 1: its place in the plan.</param>
    /// <param name="shape">Its outline.</param>
    /// <param name="made">How many rows each table has; its own are added.</param>
    public Scenario Fill(int number, ScenarioShape shape, int[] made)
    {
        var dice = new Dice(Dice.Seed(seed, $"scenario {number}"));
        var drafts = new List<Draft>();
        var first = made.Select(count => count + 1).ToArray();
        for (var family = 0; family < shape.Families; family++)
            for (var table = 0; table < model.Tables.Count; table++)
                for (var i = model.Tables[table].Impossible is null ? shape.Count(family, table) : 0; i > 0; i--)
                    drafts.Add(Values(shape, dice, table, family, ++made[table], first[table]));

        drafts = [.. drafts.OrderBy(draft => draft.Row.Table)];
        for (var table = 0; table < model.Tables.Count; table++)
            for (var rank = 0; rank < model.Tables[table].References.Count; rank++)
                Refer(shape, dice, drafts, table, model.Tables[table].References[rank]);
        return new Scenario(number, shape.Name == "random" ? string.Create(CultureInfo.InvariantCulture, $"random {number}") : shape.Name,
            Links.Consistent(model, [.. drafts.Where(draft => !draft.Impossible).Select(draft => draft.Row)]));
    }

    private sealed record Draft(Row Row, int Family)
    {
        /// <summary>Columns that a reference has settled: another one over the same column must agree.</summary>
        public HashSet<int> Settled { get; } = [];

        /// <summary>It must have a parent and there is none.</summary>
        public bool Impossible { get; set; }
    }

    private Draft Values(ScenarioShape shape, Dice dice, int table, int family, int number, int first)
    {
        var columns = model.Tables[table].Columns;
        var cells = new Cell[columns.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = Value(model.Tables[table], i, shape.Choice(table, i, number), number, dice, first);
        foreach (var group in model.Tables[table].Groups.Where(group => group.Solutions.Count > 0))
            Together(model.Tables[table], group, cells, shape.Choice(table, group.Places[0], number), number, dice);
        return new Draft(new Row(table, cells), family);
    }

    /// <summary>Values that the checks allow beside one another. A key keeps its own; where a column points to is settled later, here only whether it does.</summary>
    private static void Together(TableModel table, CheckGroup group, Cell[] cells, ValueChoice choice, int number, Dice dice)
    {
        var solution = choice switch
        {
            ValueChoice.Null => group.Emptiest,
            ValueChoice.Edge => group.Solutions[(number - 1) % group.Solutions.Count],
            ValueChoice.Any => dice.Pick(group.Solutions),
            _ => group.Solutions[0],
        };
        for (var i = 0; i < group.Places.Length; i++)
            if (!table.Columns[group.Places[i]].InKey || solution[i].IsNull || cells[group.Places[i]].IsNull)
                cells[group.Places[i]] = solution[i];
    }

    /// <summary>A value for a column that points nowhere.</summary>
    /// <param name="table">The table.</param>
    /// <param name="place">The column's place in it.</param>
    /// <param name="choice">How it is chosen.</param>
    /// <param name="number">The row's number in its table.</param>
    /// <param name="dice">For what is left to chance.</param>
    /// <param name="first">The number of the scenario's first row in the table: the one that others are the same as.</param>
    public static Cell Value(TableModel table, int place, ValueChoice choice, int number, Dice dice, int first = 1)
    {
        var column = table.Columns[place];
        if (choice == ValueChoice.Any)
            choice = dice.Pick([ValueChoice.Own, ValueChoice.Own, ValueChoice.Null, ValueChoice.Same, ValueChoice.Edge]);
        if (choice == ValueChoice.Null)
            choice = column.NotNull || (column.InKey && table.PrimaryKey.Contains(place)) ? ValueChoice.Own : ValueChoice.Null;
        if (choice == ValueChoice.Null)
            return column.Null;

        var own = column.TakesOwn ? ValuePool.Own(table.Name, column, number) : null;
        // A key's values are the row's own, but for a few at the edges: a key of nothing but edges runs out of them.
        if (column.InKey && own is not null)
            return choice == ValueChoice.Edge && !column.Identity && number <= column.Pool.Count && number % 3 == 0 ? column.Pool[number - 1]
                : choice == ValueChoice.Same && !table.PrimaryKey.Contains(place) && !table.Keys.Any(key => key is [var only] && only == place) ? ValuePool.Own(table.Name, column, first)! : own;
        if (column.Pool.Count == 0)
            return own ?? (column.NotNull ? new Cell(column.Shape.Kind, "") : column.Null);
        return choice switch
        {
            ValueChoice.Edge => column.Pool[(number - 1) % column.Pool.Count],
            ValueChoice.Same => column.TakesOwn ? ValuePool.Own(table.Name, column, first) ?? column.Pool[0] : column.Pool[0],
            _ => own ?? column.Pool[(number - 1 + dice.Next(column.Pool.Count)) % column.Pool.Count],
        };
    }

    private void Refer(ScenarioShape shape, Dice dice, List<Draft> drafts, int table, Reference reference)
    {
        var columns = model.Tables[table].Columns;
        var children = 0;
        foreach (var draft in drafts.Where(draft => draft.Row.Table == table).ToList())
        {
            children++;
            var cells = draft.Row.Cells;
            var nullable = reference.Columns.Where(place => !columns[place].NotNull && !draft.Settled.Contains(place)).ToList();
            if (nullable.Count > 0 && nullable.Exists(place => cells[place].IsNull))
                continue;

            var parents = drafts.Where(parent => parent.Row.Table == reference.Parent && !parent.Impossible && Fits(draft, parent.Row, reference)).ToList();
            // A row that points to itself is a case of its own; a tree is the usual one.
            if (reference.Parent == table && nullable.Count > 0 && !dice.Chance(10))
                parents = [.. parents.TakeWhile(parent => parent != draft)];
            var own = parents.Where(parent => parent.Family == draft.Family).ToList();
            if (own.Count > 0 && !dice.Chance(shape.Shared))
                parents = own;
            else if (shape.Shared == 0)
                parents = own;
            if (parents.Count == 0)
            {
                NoParent(draft, reference, nullable);
                continue;
            }
            var chosen = (dice.Chance(shape.Skew) ? parents[0] : parents[(children - 1) % parents.Count]).Row;
            for (var i = 0; i < reference.Columns.Length; i++)
            {
                cells[reference.Columns[i]] = chosen.Cells[reference.ParentColumns[i]];
                draft.Settled.Add(reference.Columns[i]);
            }
        }
    }

    private static void NoParent(Draft draft, Reference reference, List<int> nullable)
    {
        if (nullable.Count > 0)
            foreach (var place in nullable)
                draft.Row.Cells[place] = draft.Row.Cells[place] with { Text = null };
        else if (reference.Declared)
            draft.Impossible = true;
    }

    private static bool Fits(Draft child, Row parent, Reference reference)
    {
        for (var i = 0; i < reference.Columns.Length; i++)
            if (parent.Cells[reference.ParentColumns[i]].IsNull || (child.Settled.Contains(reference.Columns[i]) && child.Row.Cells[reference.Columns[i]].Text != parent.Cells[reference.ParentColumns[i]].Text))
                return false;
        return true;
    }
}
