using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>One side of an equality: an expression, or a column that USING named.</summary>
internal readonly record struct Operand(Expression? Expression, Relation? Relation = null, string? Column = null);

/// <summary>Two values that are equal in every row that is left.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
/// <param name="NullSafe">Both may be NULL: IS NOT DISTINCT FROM.</param>
/// <param name="InList">It is <c>left IN (right)</c>, whose right side has no affinity on SQLite.</param>
internal sealed record Equality(Operand Left, Operand Right, bool NullSafe, bool InList = false)
{
    /// <summary>A column that stands as a condition: an equality only where it is a boolean.</summary>
    public bool OfBoolean { get; init; }
}

/// <summary>What holds for all rows that are left: equalities, and the conditions themselves.</summary>
internal sealed record Facts(IReadOnlyList<Equality> Equalities, IReadOnlyList<Expression> Conditions)
{
    /// <summary>Nothing is known.</summary>
    public static Facts None { get; } = new([], []);

    /// <summary>What a condition says that must be true.</summary>
    public static Facts Of(Expression? condition)
    {
        if (condition is null)
            return None;
        var equalities = new List<Equality>();
        var conditions = new List<Expression>();
        Take(condition, equalities, conditions);
        return new Facts(equalities, conditions);
    }

    /// <summary>Both.</summary>
    public Facts And(Facts other) => other == None ? this : new([.. Equalities, .. other.Equalities], [.. Conditions, .. other.Conditions]);

    /// <summary>These, and columns that USING made one.</summary>
    public Facts And(IEnumerable<(Relation Left, string LeftColumn, Relation Right, string RightColumn)> merged) =>
        this with { Equalities = [.. Equalities, .. merged.Select(pair => new Equality(new Operand(null, pair.Left, pair.LeftColumn), new Operand(null, pair.Right, pair.RightColumn), false))] };

    /// <summary>The parts of a condition that AND joins.</summary>
    public static IEnumerable<Expression> Parts(Expression condition) =>
        condition is BinaryExpression { Operator: "AND" } and ? Parts(and.Left).Concat(Parts(and.Right)) : [condition];

    // OR, NOT and all the rest say nothing about a single column.
    private static void Take(Expression condition, List<Equality> equalities, List<Expression> conditions)
    {
        foreach (var part in Parts(condition))
        {
            conditions.Add(part);
            switch (part)
            {
                case BinaryExpression { Operator: "=" or "IS" or "IS NOT DISTINCT FROM" } comparison:
                    Compare(comparison.Left, comparison.Right, comparison.Operator != "=", false, equalities);
                    break;
                case InListExpression { Negated: false, Items: [var only] } list:
                    Compare(list.Operand, only, false, true, equalities);
                    break;
                case ColumnReference or IsExpression { Test: "TRUE", Negated: false, Operand: ColumnReference }:
                    Boolean(part is IsExpression test ? test.Operand : part, "TRUE", equalities);
                    break;
                case UnaryExpression { Operator: "NOT", Operand: ColumnReference } or IsExpression { Test: "FALSE", Negated: false, Operand: ColumnReference }:
                    Boolean(part is IsExpression no ? no.Operand : ((UnaryExpression)part).Operand, "FALSE", equalities);
                    break;
            }
        }
    }

    private static void Compare(Expression left, Expression right, bool nullSafe, bool inList, List<Equality> equalities)
    {
        if (left is RowExpression lefts && right is RowExpression rights && lefts.Items.Count == rights.Items.Count)
        {
            for (var i = 0; i < lefts.Items.Count; i++)
                Compare(lefts.Items[i], rights.Items[i], nullSafe, inList, equalities);
            return;
        }

        if (left is not RowExpression && right is not RowExpression)
            equalities.Add(new Equality(new Operand(left), new Operand(right), nullSafe, inList));
    }

    // On SQLite "WHERE flag" holds for 1 and for 2: no equality. The comparison's own check of types leaves it out there.
    private static void Boolean(Expression column, string value, List<Equality> equalities) =>
        equalities.Add(new Equality(new Operand(column), new Operand(new LiteralExpression(LiteralKind.Boolean, value) { Span = column.Span }), false) { OfBoolean = true });
}
