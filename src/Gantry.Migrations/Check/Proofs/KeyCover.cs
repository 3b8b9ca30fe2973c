using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>Whether bound columns cover a unique key of a table: one that holds for all rows that a query of it sees.</summary>
internal sealed class KeyCover(Scope scope, IReadOnlyDictionary<(Relation, string), Pin> pins, Facts facts)
{
    private bool Postgres => scope.Schema.Dialect == Dialect.Postgres;

    /// <summary>Whether a key of the table is covered.</summary>
    public bool Covers(Relation relation, Constants constants, IReadOnlySet<Relation> bound)
    {
        if (relation.Table is not { Kind: TableKind.Table or TableKind.Partitioned } table || Inherited(relation))
            return false;
        if (!Postgres && !table.WithoutRowId && Pin(relation, Meaning.RowId) is { Strict: true })
            return true;
        return table.Keys.Any(key => Enforced(key) && key.Parts.All(part => Covered(relation, part, constants, bound)) && key.Parts.Count > 0 && Implied(relation, key));
    }

    /// <summary>Why a table is not bound, for people.</summary>
    /// <param name="relation">The table.</param>
    /// <param name="sources">How many tables or joins FROM lists.</param>
    public Loose Explain(Relation relation, int sources)
    {
        if (relation.Table is null)
            return new Loose(relation, relation.Query is not null ? "it can give many rows" : relation.Source is FunctionSource ? "a function in FROM can give many rows" : "its keys are not known");
        if (relation.Table.Kind is TableKind.View or TableKind.Foreign)
            return new Loose(relation, relation.Table.Kind == TableKind.View ? "it is a view, which has no unique key" : "nothing is known of its rows");
        if (Inherited(relation))
            return new Loose(relation, "tables inherit from it, and its keys do not hold over their rows (ONLY would leave them out)");

        var usable = relation.Table.Keys.Where(Enforced).ToList();
        var nearest = usable.Where(key => key.Columns is not null)
            .OrderBy(key => Missing(relation, key).Count == key.Parts.Count).ThenBy(key => Missing(relation, key).Count).ThenBy(key => key.Primary ? 0 : 1).FirstOrDefault();
        if (nearest is null)
            return new Loose(relation, relation.Table.Keys.Count == 0 ? "it has no unique key" : Why(relation.Table.Keys[0]));
        var missing = Missing(relation, nearest);
        var name = $"{(nearest.Primary ? "primary key" : "unique key")} ({string.Join(", ", nearest.Columns!)})";
        if (missing.Count == 0 && !Implied(relation, nearest))
            return new Loose(relation, $"its {name} holds only for rows with {nearest.Predicate}, which the subquery does not ask for") { MissingKey = nearest.Columns! };
        return new Loose(relation, missing.Count == nearest.Columns!.Count
            ? $"nothing binds its {name} to one value"
            : $"of its {name} only {string.Join(", ", nearest.Columns.Except(missing))} is bound to one value")
        { MissingKey = missing };
    }

    private static string Why(UniqueKey key) =>
        key.Deferrable ? $"its unique key {key.Name} is deferrable: within a transaction two rows may agree"
        : key.Invalid ? $"its unique index {key.Name} is not valid"
        : $"its unique key {key.Name} is over an expression";

    private List<string> Missing(Relation relation, UniqueKey key) => [.. key.Parts.Where(part => !CoveredColumn(relation, part)).Select(part => part.Column!)];

    private static bool Inherited(Relation relation) => relation.Table is { HasInheritors: true, Kind: not TableKind.Partitioned } && !relation.Only;

    private static bool Enforced(UniqueKey key) => key is { Deferrable: false, Invalid: false };

    private Pin? Pin(Relation relation, string column) => pins.GetValueOrDefault((relation, Postgres ? column : column.ToUpperInvariant()));

    private bool Covered(Relation relation, KeyPart part, Constants constants, IReadOnlySet<Relation> bound) =>
        part.Column is not null ? CoveredColumn(relation, part) : CoveredExpression(relation, part, constants, bound);

    private bool CoveredColumn(Relation relation, KeyPart part)
    {
        // Behind AS t (a, b) the column has another name.
        var original = relation.Columns?.FirstOrDefault(column => scope.Schema.Names.Equals(column.Original, part.Column));
        if (original is null)
            return false;
        if (OneValue.Of(relation.Table!, original.Schema, scope.Schema))
            return true;
        if (Pin(relation, original.Name) is not { } pin)
            return false;
        // NULL is no value: a unique key has room for many of them.
        if (!pin.Strict && original.Schema?.NotNull != true)
            return false;
        var index = Postgres ? PostgresComparison.Exact(part.Collation ?? original.Schema?.Collation) : SqliteComparison.Binary(part.Collation ?? original.Schema?.Collation);
        return pin.Collation.Length == 0 || pin.Collation == index;
    }

    // lower(email) = x, for a unique index over lower(email).
    private bool CoveredExpression(Relation relation, KeyPart part, Constants constants, IReadOnlySet<Relation> bound)
    {
        if (part.Expression is null || SqlParser.ReadExpression(part.Expression, scope.Schema.Dialect) is not { } expression)
            return false;
        var wanted = Normalized.OfKey(expression, relation, scope);
        return wanted is not null && facts.Equalities.Any(equality => equality is { NullSafe: false, InList: false }
            && (Matches(equality.Left, equality.Right, left: true) || Matches(equality.Right, equality.Left, left: false)));

        bool Matches(Operand mine, Operand other, bool left)
        {
            if (mine.Expression is null || other.Expression is null || mine.Expression is ColumnReference || Normalized.Of(mine.Expression, scope) != wanted || !constants.IsConstant(other.Expression, bound))
                return false;
            var text = expression is FunctionCall call && KnownFunctions.GivesText(call);
            var column = new ColumnSchema { Name = "", Type = text ? "text" : "" };
            // A column of a collation that is not byte by byte gives it to the function's result.
            if (Postgres && (part.Collation is not null && PostgresComparison.Exact(part.Collation).Length > 0 || relation.Table!.Columns.Any(own => PostgresComparison.Exact(own.Collation).Length > 0)))
                return false;
            var equality = new Equality(mine, other, false);
            var collation = Postgres ? PostgresComparison.Collation(column, other, mine.Expression, equality, scope) : SqliteComparison.Collation(column, mine.Expression, other, left, equality, scope);
            return collation is not null && (collation.Length == 0 || !Postgres && collation == SqliteComparison.Binary(part.Collation));
        }
    }

    // A partial key counts when the query asks for what its predicate says.
    private bool Implied(Relation relation, UniqueKey key)
    {
        if (key.Predicate is null)
            return true;
        if (SqlParser.ReadExpression(key.Predicate, scope.Schema.Dialect) is not { } predicate)
            return false;
        var asked = facts.Conditions.Select(condition => Normalized.Of(condition, scope)).ToHashSet();
        return Facts.Parts(predicate).All(part => Normalized.OfKey(part, relation, scope) is { } wanted && asked.Contains(wanted) || IsNotNull(relation, part));
    }

    private bool IsNotNull(Relation relation, Expression part) =>
        part is IsExpression { Test: "NULL", Negated: true, Operand: ColumnReference column }
        && relation.Columns?.FirstOrDefault(own => scope.Schema.Names.Equals(own.Original, column.Column)) is { } known
        && (known.Schema?.NotNull == true || Pin(relation, known.Name) is { Strict: true });
}
