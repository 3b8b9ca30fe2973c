using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>
/// Whether a query speaks of anything outside itself: of the row that is being updated, above all. Where that cannot be told, because a table is not in
/// the schema, it is taken to: a warning must not come from not knowing.
/// </summary>
internal sealed class FreeColumns
{
    private readonly DatabaseSchema _schema;
    private readonly Dictionary<string, HashSet<string>?> _common;

    private FreeColumns(DatabaseSchema schema, WithClause? with)
    {
        _schema = schema;
        _common = new Dictionary<string, HashSet<string>?>(schema.Names);
        AddCommon(with);
    }

    /// <param name="query">The query.</param>
    /// <param name="with">The common tables of the statement around it.</param>
    /// <param name="schema">The tables.</param>
    public static bool Any(Query query, WithClause? with, DatabaseSchema schema) => new FreeColumns(schema, with).InQuery(query, []);

    private bool InQuery(Query query, IReadOnlyList<Source> outer)
    {
        var free = query.With is { } with && with.Tables.Any(table => table.Body is SelectStatement select && InQuery(select.Query, outer));
        AddCommon(query.With);
        var own = new List<Source>();
        free |= InBody(query.Body, outer, own);
        // ORDER BY also knows the columns of the result by their names; those are bound.
        return free || query.OrderBy.Any(item => InExpression(item.Value, [.. outer, .. own], query.Body))
            || query.Limit is { } limit && limit.Children.Any(part => InNode(part, outer, null));
    }

    private bool InBody(QueryBody body, IReadOnlyList<Source> outer, List<Source> own) => body switch
    {
        SelectBody select => InSelect(select, outer, own),
        SetOperation operation => InBody(operation.Left, outer, own) | InBody(operation.Right, outer, own),
        NestedQuery nested => InQuery(nested.Query, outer),
        ValuesBody values => values.Rows.Any(row => InNode(row, outer, null)),
        _ => false,
    };

    private bool InSelect(SelectBody select, IReadOnlyList<Source> outer, List<Source> own)
    {
        var mine = new List<Source>();
        foreach (var source in select.From)
            Collect(source, mine);
        own.AddRange(mine);
        IReadOnlyList<Source> scope = [.. outer, .. mine];
        return select.From.Any(source => InSource(source, scope))
            || select.Children.Where(child => child is not TableSource).Any(child => InNode(child, scope, select));
    }

    private bool InSource(TableSource source, IReadOnlyList<Source> scope) => source switch
    {
        QuerySource query => InQuery(query.Query, scope),
        JoinSource join => InSource(join.Left, scope) || InSource(join.Right, scope) || join.On is { } on && InNode(on, scope, null),
        FunctionSource function => function.Calls.Any(call => InNode(call, scope, null)),
        _ => false,
    };

    private bool InExpression(Expression expression, IReadOnlyList<Source> scope, QueryBody body) => InNode(expression, scope, body as SelectBody);

    private bool InNode(SyntaxNode node, IReadOnlyList<Source> scope, SelectBody? select) => node switch
    {
        Query query => InQuery(query, scope),
        ColumnReference reference => !IsBound(reference, scope, select),
        _ => node.Children.Any(child => InNode(child, scope, select)),
    };

    private bool IsBound(ColumnReference reference, IReadOnlyList<Source> scope, SelectBody? select)
    {
        if (reference.Qualifier is { } qualifier)
            return scope.Any(source => _schema.Names.Equals(source.Name, qualifier));
        if (scope.Any(source => source.Columns is { } columns && columns.Contains(reference.Column)))
            return true;
        return select is not null && select.Items.Any(item => item.Alias is { } alias && _schema.Names.Equals(alias.Text, reference.Column));
    }

    private void Collect(TableSource source, List<Source> into)
    {
        switch (source)
        {
            case JoinSource join:
                Collect(join.Left, into);
                Collect(join.Right, into);
                break;
            case TableReference table:
                var columns = _common.TryGetValue(table.Name.Full, out var common) ? common : ColumnsOf(table);
                into.Add(new Source(table.Alias?.Text ?? table.Name.Last, Renamed(columns, table)));
                break;
            case QuerySource query:
                into.Add(new Source(query.Alias?.Text ?? "", Renamed(Results(query.Query), query)));
                break;
            default:
                // A function's columns are not known, but its alias is one of them.
                into.Add(new Source(source.Alias?.Text ?? "", Renamed(source.Alias is { } alias ? Set([alias.Text]) : null, source)));
                break;
        }
    }

    private HashSet<string>? Renamed(HashSet<string>? columns, TableSource source) =>
        source.ColumnAliases.Count > 0 ? Set([.. columns ?? [], .. source.ColumnAliases.Select(alias => alias.Text)]) : columns;

    private HashSet<string>? ColumnsOf(TableReference table) =>
        _schema.Find(table.Name.Full) is { } known ? Set(known.Columns.Select(column => column.Name)) : null;

    private HashSet<string>? Results(Query query) => query.Body switch
    {
        SelectBody select => Set(select.Items.SelectMany(item => Names(item, select))),
        SetOperation { Left: SelectBody select } => Set(select.Items.SelectMany(item => Names(item, select))),
        _ => null,
    };

    private IEnumerable<string> Names(SelectItem item, SelectBody select)
    {
        if (item.Alias is { } alias)
            return [alias.Text];
        if (item.Value is ColumnReference reference)
            return [reference.Column];
        if (item.Value is not StarExpression)
            return [];

        var sources = new List<Source>();
        foreach (var source in select.From)
            Collect(source, sources);
        return sources.SelectMany(source => source.Columns ?? []);
    }

    private void AddCommon(WithClause? with)
    {
        foreach (var table in with?.Tables ?? [])
            _common[table.Name.Text] = table.Columns.Count > 0
                ? Set(table.Columns.Select(column => column.Text))
                : table.Body switch
                {
                    SelectStatement select => Results(select.Query),
                    InsertStatement insert => Returned(insert.Returning),
                    UpdateStatement update => Returned(update.Returning),
                    DeleteStatement delete => Returned(delete.Returning),
                    _ => null,
                };
    }

    private HashSet<string>? Returned(IReadOnlyList<SelectItem> items) => items.Any(item => item.Value is StarExpression)
        ? null
        : Set(items.Select(item => item.Alias?.Text ?? (item.Value as ColumnReference)?.Column).OfType<string>());

    private HashSet<string> Set(IEnumerable<string> names) => new(names, _schema.Names);

    private sealed record Source(string Name, HashSet<string>? Columns);
}
