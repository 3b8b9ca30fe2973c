using System.Globalization;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>The proof for one SELECT.</summary>
internal sealed class SelectProof
{
    private readonly SelectBody _select;
    private readonly IReadOnlyList<OrderItem> _order;
    private readonly DatabaseSchema _schema;
    private readonly Scope _scope;
    private readonly Binding _binding;

    /// <param name="select">The SELECT.</param>
    /// <param name="order">Its ORDER BY: on PostgreSQL a function in it can multiply rows.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="outside">What is around it.</param>
    /// <param name="common">The common tables in sight.</param>
    /// <param name="limit">How much may be looked at.</param>
    public SelectProof(SelectBody select, IReadOnlyList<OrderItem> order, DatabaseSchema schema, Scope? outside, CommonTables? common, ProofLimit limit)
    {
        (_select, _order, _schema) = (select, order, schema);
        _scope = Of(select, schema, outside);
        var tree = FromTree.Build(select.From, _scope, common);
        _binding = new Binding(tree, _scope, limit);
    }

    /// <summary>The scope of a SELECT, still without its tables.</summary>
    public static Scope Of(SelectBody select, DatabaseSchema schema, Scope? outside) => new()
    {
        Schema = schema,
        Outer = outside,
        IsSelect = true,
        Aliases = schema.Dialect == Dialect.Sqlite ? [.. select.Items.Where(item => item.Alias is not null).Select(item => item.Alias!.Text)] : [],
    };

    public Verdict Run(IReadOnlyDictionary<int, Pin>? outputs)
    {
        if (Multiplies() is { } function)
            return Verdict.Not($"{function} is not known to return one row");
        if (_select.GroupBy is null && IsAggregate())
            return Verdict.OneRow;
        if (_select.From.Count == 0)
            return Verdict.OneRow;

        foreach (var (position, pin) in outputs ?? new Dictionary<int, Pin>())
            if (Output(position) is { } meaning)
                _binding.Assume(meaning.Relation!, meaning.Column!, pin);
        _binding.Solve(Facts.Of(_select.Where));

        var loose = _scope.Relations.Where(relation => !_binding.IsFixed(relation)).ToList();
        // One row can still be in several grouping sets.
        if (loose.Count == 0 && _select.GroupBy is not { Sets: true })
            return Verdict.OneRow;
        if (_select.GroupBy is { Sets: false, Items.Count: > 0 } group && group.Items.All(SameInAllRows))
            return Verdict.OneRow;
        if (_select.Distinct && _select.GroupBy is not { Sets: true } && SameResult())
            return Verdict.OneRow;
        return new Verdict(false, loose.Count > 0 ? [.. loose.Select(_binding.Explain)] : [new Loose(null, "GROUPING SETS give a row for each set")]);
    }

    // In GROUP BY and DISTINCT ON a number is a column of the result, and a name that no table here has can be one.
    private bool SameInAllRows(Expression item)
    {
        if (item is LiteralExpression { Kind: LiteralKind.Number } ordinal)
            return int.TryParse(ordinal.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                && position >= 1 && position <= _select.Items.Count && _binding.IsSame(_select.Items[position - 1].Value);
        if (item is ColumnReference { Qualifier: null } name && _scope.Resolve(name) is not { Relation: not null, Inner: true }
            && _select.Items.FirstOrDefault(result => _schema.Names.Equals(OutputColumns.Name(result), name.Column)) is { } named)
            return _binding.IsSame(named.Value);
        return _binding.IsSame(item);
    }

    private bool SameResult() => _select.DistinctOn.Count > 0 ? _select.DistinctOn.All(SameInAllRows) : _select.Items.All(item => _binding.IsSame(item.Value));

    // PostgreSQL: a function that returns a set, anywhere in the list or in what is ordered and grouped by, gives a row for each of its rows.
    private string? Multiplies()
    {
        if (_schema.Dialect != Dialect.Postgres)
            return null;
        IEnumerable<SyntaxNode> places = [.. _select.Items, .. _order, .. _select.DistinctOn, .. _select.GroupBy is null ? [] : new SyntaxNode[] { _select.GroupBy }, .. _select.Windows];
        return places.SelectMany(AtThisLevel).OfType<FunctionCall>().FirstOrDefault(call => KnownFunctions.MayReturnSet(call, _schema)) is { } found ? found.Name + "()" : null;
    }

    // HAVING makes one group of all rows too. On SQLite it is no part of this proof.
    private bool IsAggregate() =>
        _schema.Dialect == Dialect.Postgres && _select.Having is not null
        || _select.Items.SelectMany(AtThisLevel).OfType<FunctionCall>().Any(call => KnownFunctions.IsAggregate(call, _schema.Dialect) && BelongsHere(call));

    // An aggregate belongs to the innermost query whose columns it names; to this one when it names none.
    private bool BelongsHere(FunctionCall call)
    {
        var columns = AtThisLevel(call).OfType<ColumnReference>().ToList();
        if (columns.Count == 0)
            return !call.All().OfType<Query>().Any() && !call.Arguments.OfType<StarExpression>().Any(star => star.Qualifier is not null);
        return columns.Exists(IsOwn);
    }

    private bool IsOwn(ColumnReference column)
    {
        var meaning = _scope.Resolve(column);
        if (!meaning.Inner || meaning.Relation is not null)
            return meaning.Inner;
        // A table whose columns are not known: if the name is not its own, it is one further out, where an aggregate is only allowed in a SELECT.
        return column.Qualifier is { } qualifier ? _scope.Relations.Count(relation => _schema.Names.Equals(relation.Name, qualifier)) == 1
            : _scope.Relations.Count > 0 && !_scope.AnySelectOutside;
    }

    // The plain column at this position of the result.
    private Meaning? Output(int position)
    {
        foreach (var item in _select.Items)
        {
            if (item.Value is not StarExpression star)
            {
                if (position-- == 0)
                    return item.Value is ColumnReference column && _scope.Resolve(column) is { Inner: true, Relation: not null } meaning ? meaning : null;
                continue;
            }

            foreach (var relation in _scope.Relations.Where(relation => star.Qualifier is null || _schema.Names.Equals(relation.Name, star.Qualifier.Last)))
                foreach (var column in relation.Columns ?? [])
                    if (position-- == 0)
                        return new Meaning(true, relation, column.Name);
        }

        return null;
    }

    /// <summary>An expression and what stands in it, without the queries inside.</summary>
    public static IEnumerable<SyntaxNode> AtThisLevel(SyntaxNode node)
    {
        yield return node;
        foreach (var child in node.Children)
            if (child is not Query)
                foreach (var inner in AtThisLevel(child))
                    yield return inner;
    }
}
