using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Tests.Sql.Parsing;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("a OR b AND NOT c = d", "(a OR (b AND NOT (c = d)))")]
    [InlineData("a + b * c - d", "((a + (b * c)) - d)")]
    [InlineData("a < b = c", "((a < b) = c)")]
    [InlineData("a BETWEEN 1 AND 2 AND b", "((a between 1 and 2) AND b)")]
    [InlineData("a NOT LIKE 'x' ESCAPE '!' OR b", "((a not LIKE 'x') OR b)")]
    [InlineData("a IS NULL AND b IS NOT TRUE", "((a is NULL) AND (b is not TRUE))")]
    [InlineData("- a || b", "((- a) || b)")]
    [InlineData("CASE a WHEN 1 THEN b ELSE c END + 1", "(case(a when 1 then b else c) + 1)")]
    [InlineData("(a, b) = (1, 2)", "((a, b) = (1, 2))")]
    [InlineData("x IN (1, 2)", "(x in [1, 2])")]
    [InlineData("a IS DISTINCT FROM b", "(a IS DISTINCT FROM b)")]
    [InlineData("CAST(a AS text) COLLATE c", "(cast(a as text) collate c)")]
    [InlineData("(SELECT 1) + 1", "({SELECT 1} + 1)")]
    [InlineData("((SELECT 1))", "{SELECT 1}")]
    [InlineData("((SELECT 1) UNION (SELECT 2))", "{(SELECT 1) UNION (SELECT 2)}")]
    [InlineData("(((SELECT 1) + 1) * 2)", "(({SELECT 1} + 1) * 2)")]
    [InlineData("f(DISTINCT a, b)", "f(a, b)")]
    [InlineData("x NOTNULL", "(x is not NULL)")]
    public void Expression_OfBothEngines_HasTheSameShape(string sql, string shape)
    {
        Assert.Equal(shape, Shape(sql, Dialect.Postgres));
        Assert.Equal(shape, Shape(sql, Dialect.Sqlite));
    }

    [Theory]
    [InlineData("a::varchar(3)::text = b", "(cast(cast(a as character varying) as text) = b)")]
    [InlineData("-a::int", "(- cast(a as integer))")]
    [InlineData("a->>'x' = 'y' AND b", "(((a ->> 'x') = 'y') AND b)")]
    [InlineData("a = ANY (ARRAY[1, 2])", "(a = ANY array[1, 2])")]
    [InlineData("a <> ALL ((SELECT 1))", "(a <> ALL {SELECT 1})")]
    [InlineData("x[1:2][3]", "x[1:2][3]")]
    [InlineData("now() AT TIME ZONE 'utc' - INTERVAL '1 day'", "((now() AT TIME ZONE 'utc') - interval'1 day')")]
    [InlineData("a = b IS NULL", "((a = b) is NULL)")]
    [InlineData("a < b IS TRUE", "((a < b) is TRUE)")]
    [InlineData("EXTRACT(epoch FROM x) > 1", "(extract(epoch, x) > 1)")]
    [InlineData("TRIM(BOTH ' ' FROM x)", "trim(' ', x)")]
    [InlineData("POSITION('a' IN b)", "position('a', b)")]
    [InlineData("timestamp with time zone '2026-01-01' < c", "(timestamp with time zone'2026-01-01' < c)")]
    [InlineData("x IN ((SELECT 1))", "(x in {SELECT 1})")]
    [InlineData("(x, y) IN ((1, 2))", "((x, y) in [(1, 2)])")]
    [InlineData("a @> b = c", "((a @> b) = c)")]
    [InlineData("a OPERATOR(pg_catalog.=) b", "(a OPERATOR(=) b)")]
    [InlineData("(a).b.c", "a.b.c")]
    [InlineData("count(*) FILTER (WHERE a) OVER w", "count(*)")]
    [InlineData("f(x => 1)", "f(1)")]
    [InlineData("a ? 'k' AND data ?| b", "((a ? 'k') AND (data ?| b))")]
    [InlineData("\"User\".\"Id\" = Name", "(User.Id = name)")]
    public void Expression_OfPostgres_HasItsShape(string sql, string shape) => Assert.Equal(shape, Shape(sql, Dialect.Postgres));

    [Theory]
    [InlineData("a = b < c", "(a = (b < c))")]
    [InlineData("a IS b", "(a IS b)")]
    [InlineData("a IS NOT b = c", "((a IS NOT b) = c)")]
    [InlineData("x NOT NULL", "(x is not NULL)")]
    [InlineData("a | b + c", "(a | (b + c))")]
    [InlineData("x IN ((SELECT 1))", "(x in [{SELECT 1}])")]
    [InlineData("x IN t", "(x in t)")]
    [InlineData("replace(a, 'x', [b c])", "replace(a, 'x', b c)")]
    [InlineData("a == ?1", "(a = ?1)")]
    public void Expression_OfSqlite_HasItsShape(string sql, string shape) => Assert.Equal(shape, Shape(sql, Dialect.Sqlite));

    private static string Shape(string sql, Dialect dialect)
    {
        var expression = SqlParser.ReadExpression(sql, dialect);
        Assert.NotNull(expression);
        return Shape(expression, sql);
    }

    private static string Shape(Expression expression, string sql)
    {
        string Of(Expression inner) => Shape(inner, sql);
        string List(IEnumerable<Expression> items) => string.Join(", ", items.Select(Of));
        string Text(SyntaxNode node) => sql.Substring(node.Span.Start, node.Span.Length);
        return expression switch
        {
            LiteralExpression { Kind: LiteralKind.String } text => $"'{text.Value}'",
            LiteralExpression literal => literal.Value,
            TypedLiteral typed => $"{typed.Type.Name}'{typed.Value}'",
            ParameterExpression parameter => parameter.Name,
            ColumnReference column => string.Join('.', column.Parts),
            UnaryExpression { Operator: "NOT" } not => $"NOT {Of(not.Operand)}",
            UnaryExpression unary => $"({unary.Operator} {Of(unary.Operand)})",
            BinaryExpression binary => $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)})",
            IsExpression test => $"({Of(test.Operand)} is {(test.Negated ? "not " : "")}{test.Test})",
            PatternExpression pattern => $"({Of(pattern.Operand)} {(pattern.Negated ? "not " : "")}{pattern.Operator} {Of(pattern.Pattern)})",
            BetweenExpression between => $"({Of(between.Operand)} between {Of(between.Low)} and {Of(between.High)})",
            CaseExpression cases => $"case({(cases.Operand is null ? "" : Of(cases.Operand))} {string.Join(' ', cases.Branches.Select(branch => $"when {Of(branch.When)} then {Of(branch.Then)}"))} else {Of(cases.Else!)})",
            CastExpression cast => $"cast({Of(cast.Operand)} as {cast.Type.Name})",
            CollateExpression collate => $"({Of(collate.Operand)} collate {collate.Collation})",
            RowExpression row => $"({List(row.Items)})",
            ArrayExpression array => $"array[{List(array.Items)}]",
            SubscriptExpression { To: { } to } slice => $"{Of(slice.Operand)}[{Of(slice.From!)}:{Of(to)}]",
            SubscriptExpression subscript => $"{Of(subscript.Operand)}[{Of(subscript.From!)}]",
            FieldExpression field => $"{Of(field.Operand)}.{field.Field}",
            FunctionCall { Star: true } call => $"{call.Name}(*)",
            FunctionCall call => $"{call.Name}({List(call.Arguments)})",
            SubqueryExpression subquery => $"{{{Text(subquery.Query)}}}",
            InListExpression list => $"({Of(list.Operand)} in [{List(list.Items)}])",
            InQueryExpression query => $"({Of(query.Operand)} in {{{Text(query.Query)}}})",
            InTableExpression table => $"({Of(table.Operand)} in {table.Table})",
            QuantifiedExpression { Query: { } query } all => $"({Of(all.Operand)} {all.Operator} {all.Quantifier} {{{Text(query)}}})",
            QuantifiedExpression any => $"({Of(any.Operand)} {any.Operator} {any.Quantifier} {Of(any.Array!)})",
            _ => expression.GetType().Name,
        };
    }
}
