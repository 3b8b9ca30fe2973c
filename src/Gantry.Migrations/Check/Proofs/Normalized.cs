using System.Globalization;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// Expressions in one spelling, so that a query's condition can be compared with an index's predicate: columns by their table, no parentheses, no
/// casts between texts (PostgreSQL prints <c>((status)::text = 'active'::text)</c>), booleans in one form. Null for what has no such spelling.
/// </summary>
internal static class Normalized
{
    /// <summary>An expression of a query.</summary>
    public static string? Of(Expression expression, Scope scope) => new Spelling(scope, null).Condition(expression);

    /// <summary>An expression of a key of a table, whose names are all of this table's columns.</summary>
    public static string? OfKey(Expression expression, Relation relation, Scope scope) => new Spelling(scope, relation).Condition(expression);

    private sealed class Spelling(Scope scope, Relation? key)
    {
        private bool Postgres => scope.Schema.Dialect == Dialect.Postgres;

        public string? Condition(Expression expression)
        {
            var (operand, value) = expression switch
            {
                UnaryExpression { Operator: "NOT", Operand: ColumnReference column } => (column, "FALSE"),
                IsExpression { Negated: false, Test: "TRUE" or "FALSE", Operand: ColumnReference column } test => (column, test.Test),
                BinaryExpression { Operator: "=", Left: ColumnReference column, Right: LiteralExpression { Kind: LiteralKind.Boolean } literal } => (column, literal.Value),
                ColumnReference column => (column, "TRUE"),
                _ => (null, null),
            };
            // SQLite: NOT x holds for 0, x for everything else that is not NULL. x = TRUE is x = 1.
            return operand is not null && (Postgres || expression is BinaryExpression) ? Value(operand) is { } text ? $"{text}={Boolean(value!)}" : null : Value(expression);
        }

        private string Boolean(string value) => Postgres ? value : value == "TRUE" ? "1" : "0";

        private string? Value(Expression expression)
        {
            switch (expression)
            {
                case LiteralExpression { Kind: LiteralKind.Boolean } literal:
                    return Boolean(literal.Value);
                case LiteralExpression { Kind: not LiteralKind.Default } literal:
                    return literal.Kind == LiteralKind.String ? $"'{literal.Value.Replace("'", "''", StringComparison.Ordinal)}'" : literal.Value;
                case ColumnReference column:
                    return Column(column);
                case CastExpression cast:
                    var inner = Value(cast.Operand);
                    return inner is null || Postgres && !cast.Type.Array && cast.Type.Name is "text" && IsText(cast.Operand) ? inner : $"cast({inner},{cast.Type.Name}{(cast.Type.Array ? "[]" : "")},{cast.Type.Text.Contains('(', StringComparison.Ordinal)}{cast.Type.Text})";
                case UnaryExpression unary:
                    return Join(unary.Operator, unary.Operand);
                case BinaryExpression binary:
                    return Join(binary.Operator == "!=" ? "<>" : binary.Operator, binary.Left, binary.Right);
                case IsExpression test:
                    return Join($"is {(test.Negated ? "not " : "")}{test.Test}", test.Operand);
                case FunctionCall { Over: null, Filter: null, Star: false, Distinct: false, OrderBy.Count: 0 } call:
                    return Join("f:" + call.Name.Full.ToLowerInvariant(), [.. call.Arguments]);
                case InListExpression list:
                    return Join(list.Negated ? "not in" : "in", [list.Operand, .. list.Items]);
                case QuantifiedExpression { Operator: "=", Quantifier: "ANY", Array: { } array } any when (array is CastExpression cast ? cast.Operand : array) is ArrayExpression items:
                    return Join("in", [any.Operand, .. items.Items]);
                case PatternExpression { Escape: null } pattern:
                    return Join((pattern.Negated ? "not " : "") + pattern.Operator, pattern.Operand, pattern.Pattern);
                case CollateExpression collate:
                    return Join("collate " + collate.Collation.Last, collate.Operand);
                default:
                    return null;
            }
        }

        private string? Join(string name, params ReadOnlySpan<Expression> parts)
        {
            var text = new List<string>();
            foreach (var part in parts)
            {
                if (Value(part) is not { } spelled)
                    return null;
                text.Add(spelled);
            }

            // x = TRUE and x = 1 must not be spelled as two things in a comparison.
            return name == "=" && text.Count == 2 ? $"{text[0]}={text[1]}" : $"{name}({string.Join(',', text)})";
        }

        private string? Column(ColumnReference column)
        {
            if (key is null)
                return scope.Resolve(column) is { Inner: true, Relation: { } owner, Column: { } name } ? Spelled(owner, owner.Find(name, scope.Schema.Names)?.Original ?? name) : null;
            var own = key.Columns?.FirstOrDefault(candidate => scope.Schema.Names.Equals(candidate.Original, column.Column));
            return own is null ? null : Spelled(key, own.Original);
        }

        private string Spelled(Relation relation, string column) =>
            string.Create(CultureInfo.InvariantCulture, $"#{scope.Relations.IndexOf(relation)}.{(Postgres ? column : column.ToUpperInvariant())}");

        private bool IsText(Expression expression) => expression is LiteralExpression { Kind: LiteralKind.String }
            || expression is ColumnReference column && (key is null ? ValueTypes.Of(column, scope)
                : key.Columns?.FirstOrDefault(own => scope.Schema.Names.Equals(own.Original, column.Column))?.Schema is { } schema ? ValueTypes.Normal(schema.Type) : null) is "text" or "character varying";
    }
}
