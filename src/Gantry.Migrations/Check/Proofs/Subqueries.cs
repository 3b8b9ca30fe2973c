using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>A subquery that stands for one value, and what it can see.</summary>
/// <param name="Expression">The subquery.</param>
/// <param name="Scope">What is around it.</param>
/// <param name="Common">The common tables in sight.</param>
/// <param name="Owner">The statement in which it stands, the innermost one.</param>
/// <param name="Select">The SELECT in which it stands; null when it stands directly in <paramref name="Owner"/>.</param>
internal sealed record ScalarSubquery(SubqueryExpression Expression, Scope Scope, CommonTables? Common, Statement Owner, SelectBody? Select);

/// <summary>Finds all subqueries of a statement that stand for one value: at any depth, in the bodies of triggers, functions and blocks too.</summary>
internal sealed class Subqueries
{
    private readonly DatabaseSchema _schema;
    private readonly List<ScalarSubquery> _found = [];
    private Statement _owner;
    private SelectBody? _select;

    private Subqueries(DatabaseSchema schema, Statement statement) => (_schema, _owner) = (schema, statement);

    /// <summary>All of them, in the order of the walk.</summary>
    public static IReadOnlyList<ScalarSubquery> Of(Statement statement, DatabaseSchema schema)
    {
        var walk = new Subqueries(schema, statement);
        walk.Statement(statement, null, null);
        return walk._found;
    }

    private void Statement(Statement statement, Scope? outside, CommonTables? common)
    {
        var before = (_owner, _select);
        (_owner, _select) = (statement, null);
        switch (statement)
        {
            case SelectStatement select:
                Query(select.Query, outside, common);
                break;
            case InsertStatement insert:
                Insert(insert, outside, With(insert.With, outside, common));
                break;
            case UpdateStatement update:
                common = With(update.With, outside, common);
                Rows(update.Table, update.From, outside, common, [.. update.Set, update.Where, .. update.Returning]);
                break;
            case DeleteStatement delete:
                common = With(delete.With, outside, common);
                Rows(delete.Table, delete.Using, outside, common, [delete.Where, .. delete.Returning]);
                break;
            case MergeStatement merge:
                common = With(merge.With, outside, common);
                Rows(merge.Table, [merge.Using], outside, common, [merge.On, .. merge.Branches]);
                break;
            case CreateTriggerStatement trigger:
                Trigger(trigger);
                break;
            case CreateFunctionStatement function:
                Body(function.Body, function.Variables);
                break;
            case DoStatement block:
                Body(block.Body, block.Variables);
                break;
            default:
                foreach (var child in statement.Children)
                    Node(child, outside ?? Empty(), common);
                break;
        }

        (_owner, _select) = before;
    }

    private Scope Empty(Scope? outside = null) => new() { Schema = _schema, Outer = outside };

    private void Body(IReadOnlyList<Statement> body, IReadOnlyList<Variable> variables)
    {
        // Of two variables with one name, in blocks of their own, the type is not known.
        var types = variables.GroupBy(variable => variable.Name.Text).ToDictionary(same => same.Key, same => same.Select(variable => variable.Type.Name).Distinct().Count() == 1 ? same.First().Type.Name : "");
        var scope = new Scope { Schema = _schema, Variables = types };
        foreach (var statement in body)
            Statement(statement, scope, null);
    }

    // NEW and OLD are rows of the trigger's table, from outside of whatever stands in its body.
    private void Trigger(CreateTriggerStatement trigger)
    {
        var rows = Empty();
        foreach (var name in new[] { "new", "old" })
            rows.Relations.Add(Table(new TableReference(trigger.Table, false) { Span = trigger.Table.Span }, name));
        if (trigger.When is not null)
            Node(trigger.When, rows, null);
        foreach (var statement in trigger.Body)
            Statement(statement, rows, null);
    }

    private Relation Table(TableReference reference, string name)
    {
        var scope = Empty();
        FromTree.Build([reference with { Alias = new Identifier(name, false) { Span = reference.Span } }], scope, null);
        return scope.Relations[0];
    }

    private CommonTables? With(WithClause? with, Scope? outside, CommonTables? common)
    {
        var sight = common;
        foreach (var table in with?.Tables ?? [])
        {
            Statement(table.Body, outside, sight);
            sight = new CommonTables(table, with!.Recursive, outside, sight);
        }

        return sight;
    }

    private void Insert(InsertStatement insert, Scope? outside, CommonTables? common)
    {
        if (insert.Query is not null)
            Query(insert.Query, outside, common);
        var scope = Empty(outside);
        scope.Relations.Add(Table(insert.Table, insert.Table.Alias?.Text ?? insert.Table.Name.Last));
        foreach (var item in insert.Returning)
            Node(item, scope, common);
        scope.Relations.Add(Table(insert.Table, "excluded"));
        foreach (var conflict in insert.Conflicts)
            Node(conflict, scope, common);
    }

    private void Rows(TableReference target, IReadOnlyList<TableSource> sources, Scope? outside, CommonTables? common, IReadOnlyList<SyntaxNode?> parts)
    {
        var scope = Empty(outside);
        // The target is never a common table.
        FromTree.Build([target], scope, null);
        FromTree.Build(sources, scope, common);
        foreach (var source in sources)
            Source(source, scope, outside, common);
        foreach (var part in parts)
            if (part is not null)
                Node(part, scope, common);
    }

    private void Query(Query query, Scope? outside, CommonTables? common)
    {
        common = With(query.With, outside, common);
        Body(query.Body, query, outside, common);
    }

    private void Body(QueryBody body, Query query, Scope? outside, CommonTables? common)
    {
        switch (body)
        {
            case SelectBody select:
                Select(select, query, outside, common);
                break;
            case NestedQuery nested:
                Query(nested.Query, outside, common);
                break;
            case SetOperation set:
                Body(set.Left, query with { OrderBy = [], Limit = null }, outside, common);
                Body(set.Right, query, outside, common);
                break;
            case ValuesBody values:
                foreach (var row in values.Rows)
                    Node(row, outside ?? Empty(), common);
                break;
        }
    }

    private void Select(SelectBody select, Query query, Scope? outside, CommonTables? common)
    {
        var before = _select;
        _select = select;
        var scope = SelectProof.Of(select, _schema, outside);
        FromTree.Build(select.From, scope, common);
        foreach (var source in select.From)
            Source(source, scope, outside, common);
        IEnumerable<SyntaxNode?> parts = [.. select.DistinctOn, .. select.Items, select.Where, select.GroupBy, select.Having, .. select.Windows, .. query.OrderBy, query.Limit];
        foreach (var part in parts)
            if (part is not null)
                Node(part, scope, common);
        _select = before;
    }

    private void Source(TableSource source, Scope scope, Scope? outside, CommonTables? common)
    {
        switch (source)
        {
            case QuerySource subquery:
                Query(subquery.Query, subquery.Lateral ? scope : outside, common);
                break;
            case JoinSource join:
                Source(join.Left, scope, outside, common);
                Source(join.Right, scope, outside, common);
                if (join.On is not null)
                    Node(join.On, scope, common);
                break;
            case FunctionSource function:
                foreach (var call in function.Calls)
                    Node(call, scope, common);
                break;
        }
    }

    private void Node(SyntaxNode node, Scope scope, CommonTables? common)
    {
        if (node is SubqueryExpression subquery)
            _found.Add(new ScalarSubquery(subquery, scope, common, _owner, _select));
        foreach (var child in node.Children)
        {
            if (child is Query query)
                Query(query, scope, common);
            else if (child is Statement statement)
                Statement(statement, scope, common);
            else
                Node(child, scope, common);
        }
    }
}
