using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// Which tables of a FROM are bound to one row. Round after round: an equality with a value from outside, or with a column that is bound already,
/// binds a column; columns that cover a unique key bind their table; and with the table all of its columns.
/// </summary>
/// <remarks>
/// What ON says of an outer join holds only for rows that found a partner. So it says nothing about the side whose rows are all kept; and it is used
/// for the other side only when the kept side is bound: then there is one row at most, with its one partner or without.
/// </remarks>
internal sealed class Binding(IReadOnlyList<FromTree> trees, Scope scope, ProofLimit limit)
{
    private readonly HashSet<Relation> _fixed = [];
    private readonly Dictionary<(Relation, string), Pin> _pins = [];
    private readonly Dictionary<Relation, Facts> _facts = [];
    private readonly Constants _constants = new(scope);

    private DatabaseSchema Schema => scope.Schema;

    /// <summary>Whether all rows that are left have the same row of this table.</summary>
    public bool IsFixed(Relation relation) => _fixed.Contains(relation);

    /// <summary>Takes a column for bound from the beginning.</summary>
    public void Assume(Relation relation, string column, Pin pin) => _pins[Key(relation, column)] = pin;

    /// <summary>Finds all that is bound.</summary>
    public void Solve(Facts where)
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var tree in trees)
                changed |= Step(tree, where, whole: true);
        }
        while (changed);
    }

    /// <summary>Whether an expression has the same value in all rows that are left, as GROUP BY and DISTINCT see it.</summary>
    public bool IsSame(Expression expression)
    {
        if (expression is ColumnReference column && scope.Resolve(column) is { Inner: true, Relation: { } relation } meaning && !_fixed.Contains(relation))
            return _pins.TryGetValue(Key(relation, meaning.Column!), out var pin) && (pin.Collation.Length == 0 || pin.Collation == Declared(meaning.Schema(Schema.Names)?.Collation));
        return _constants.IsConstant(expression, _fixed);
    }

    /// <summary>Why a table is not bound.</summary>
    public Loose Explain(Relation relation) => new KeyCover(scope, _pins, Facts(relation)).Explain(relation, trees.Count);

    private Facts Facts(Relation relation) => _facts.GetValueOrDefault(relation, Proofs.Facts.None);

    private string Declared(string? collation) => Schema.Dialect == Dialect.Postgres ? PostgresComparison.Exact(collation) : SqliteComparison.Binary(collation);

    private (Relation, string) Key(Relation relation, string column) => (relation, Schema.Dialect == Dialect.Sqlite ? column.ToUpperInvariant() : column);

    // "whole": what stands in ON inside of this tree holds too. It does not where the tree may be missing from a row.
    private bool Step(FromTree tree, Facts facts, bool whole)
    {
        if (tree is FromLeaf leaf)
            return Bind(leaf.Relation, facts, whole);
        var join = (FromJoin)tree;
        var on = whole ? facts.And(Proofs.Facts.Of(join.On)).And(join.Merged) : facts;
        switch (join.Kind)
        {
            case JoinKind.Inner:
                return Step(join.Left, on, whole) | Step(join.Right, on, whole);
            case JoinKind.Left:
                return Step(join.Left, facts, whole) | Optional(join.Left, join.Right, facts, on, whole);
            case JoinKind.Right:
                return Step(join.Right, facts, whole) | Optional(join.Right, join.Left, facts, on, whole);
            default:
                return Step(join.Left, facts, false) | Step(join.Right, facts, false);
        }
    }

    private bool Optional(FromTree kept, FromTree optional, Facts facts, Facts on, bool whole) =>
        whole && kept.Relations.All(_fixed.Contains) ? Step(optional, on, true) : Step(optional, facts, false);

    private bool Bind(Relation relation, Facts facts, bool whole)
    {
        _facts[relation] = facts;
        var changed = false;
        foreach (var equality in facts.Equalities)
        {
            changed |= BindColumn(relation, equality, equality.Left, equality.Right, left: true);
            changed |= BindColumn(relation, equality, equality.Right, equality.Left, left: false);
        }

        if (!_fixed.Contains(relation) && (new KeyCover(scope, _pins, facts).Covers(relation, _constants, _fixed) || whole && GivesOneRow(relation)))
            changed |= _fixed.Add(relation);
        return changed;
    }

    private bool BindColumn(Relation relation, Equality equality, Operand mine, Operand other, bool left)
    {
        // 5 IN (id) says of id what id = 5 says, but has other rules on SQLite.
        if (equality.InList && !left || ColumnOf(mine) is not var (owner, column, known) || owner != relation || known is null)
            return false;
        if (_pins.TryGetValue(Key(relation, column), out var before) && before is { Strict: true, Collation: "" })
            return false;
        if (Bound(other) is not { } under || Collation(known, mine, other, left, equality) is not { } collation)
            return false;
        // Values that are equal only under a collation of their own are not equal under another.
        if (under.Length > 0 && under != collation)
            return false;

        // Both equalities hold: what either says counts. It only ever gets better, so the rounds end.
        var pin = new Pin(!equality.NullSafe, collation);
        if (before is not null)
            pin = new Pin(before.Strict || pin.Strict, before.Collation.Length == 0 || pin.Collation.Length == 0 ? "" : before.Collation);
        _pins[Key(relation, column)] = pin;
        return pin != before;
    }

    private string? Collation(ColumnSchema known, Operand mine, Operand other, bool left, Equality equality) => Schema.Dialect == Dialect.Postgres
        ? PostgresComparison.Collation(known, other, mine.Expression, equality, scope)
        : SqliteComparison.Collation(known, mine.Expression, other, left, equality, scope);

    // A plain column of this query. A varchar that is read as text is the same text.
    private (Relation Relation, string Column, ColumnSchema? Known)? ColumnOf(Operand operand)
    {
        if (operand.Relation is { } merged)
            return (merged, operand.Column!, merged.Find(operand.Column!, Schema.Names)?.Schema);
        var expression = operand.Expression;
        if (expression is CollateExpression collate)
            expression = collate.Operand;
        var cast = expression as CastExpression;
        if (cast is not null && Schema.Dialect == Dialect.Postgres)
            expression = cast.Operand;
        if (expression is not ColumnReference reference || scope.Resolve(reference) is not { Inner: true, Relation: { } relation, Column: { } column } meaning)
            return null;
        var known = meaning.Schema(Schema.Names);
        if (cast is not null && expression != operand.Expression)
        {
            var (from, to) = (ValueTypes.Normal(known?.Type ?? ""), cast.Type.Array ? "" : cast.Type.Name);
            if (from is not ("text" or "character varying") || to != "text" && !(from == to && !cast.Type.Text.Contains('(', StringComparison.Ordinal)))
                return null;
            known = known! with { Type = "text" };
        }

        return (relation, column, known);
    }

    // Whether it is the same in all rows that are left: null when not, otherwise the collation under which it is.
    private string? Bound(Operand operand)
    {
        if (ColumnOf(operand) is var (relation, column, _))
            return _fixed.Contains(relation) ? "" : _pins.GetValueOrDefault(Key(relation, column))?.Collation;
        return operand.Expression is not null && _constants.IsConstant(operand.Expression, _fixed) ? "" : null;
    }

    // A subquery or a common table: with those of its columns bound that are.
    private bool GivesOneRow(Relation relation)
    {
        if (relation.OneInsertedRow)
            return true;
        if (relation.Query is null || relation.Lateral && !scope.Relations.TakeWhile(before => before != relation).All(_fixed.Contains))
            return false;
        var outputs = new Dictionary<int, Pin>();
        for (var i = 0; i < (relation.Columns?.Count ?? 0); i++)
            if (_pins.TryGetValue(Key(relation, relation.Columns![i].Name), out var pin))
                outputs[i] = pin;
        return SingleRow.Of(relation.Query, Schema, relation.Outside, relation.Common, limit, outputs).Proved;
    }
}
