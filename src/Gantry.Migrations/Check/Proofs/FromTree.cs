using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>FROM as the proof walks it: relations, and how they are joined.</summary>
internal abstract record FromTree
{
    /// <summary>The relations in it, in order.</summary>
    public abstract IEnumerable<Relation> Relations { get; }

    /// <summary>Reads FROM, and fills the scope with its relations.</summary>
    /// <param name="sources">FROM, by comma.</param>
    /// <param name="scope">The scope of the query: what stands further right sees what stands before it.</param>
    /// <param name="common">The common tables in sight.</param>
    public static IReadOnlyList<FromTree> Build(IReadOnlyList<TableSource> sources, Scope scope, CommonTables? common) =>
        [.. sources.Select(source => Read(source, scope, common))];

    private static FromTree Read(TableSource source, Scope scope, CommonTables? common)
    {
        if (source is not JoinSource join)
            return new FromLeaf(Add(scope, Leaf(source, scope, common)));
        // An alias hides what is inside.
        if (join.Alias is not null)
            return new FromLeaf(Add(scope, new Relation { Name = join.Alias.Text, Source = source }));

        var left = Read(join.Left, scope, common);
        var right = Read(join.Right, scope, common);
        return new FromJoin(left, join.Kind, right, join.On, Merge(join, left, right, scope));
    }

    private static Relation Add(Scope scope, Relation relation)
    {
        scope.Relations.Add(relation);
        return relation;
    }

    private static Relation Leaf(TableSource source, Scope scope, CommonTables? common)
    {
        var name = source.Alias?.Text ?? (source as TableReference)?.Name.Last ?? "";
        if (source is QuerySource { Query: var query } subquery)
        {
            var outside = subquery.Lateral ? Snapshot(scope) : scope.Outer;
            return new Relation
            {
                Name = name,
                Source = source,
                Query = query,
                Outside = outside,
                Common = common,
                Lateral = subquery.Lateral,
                Columns = Renamed(OutputColumns.Of(query, scope.Schema, outside, common), source),
            };
        }

        if (source is not TableReference table)
            return new Relation { Name = name, Source = source };
        if (table.Name.Parts.Count == 1 && CommonTables.Find(common, table.Name.Last, scope.Schema.Names) is { } found)
            return Common(source, name, found, scope);
        var schema = scope.Schema.Find(table.Name.Full);
        var columns = schema is null || schema.Columns.Count == 0 ? null : schema.Columns.Select(column => new RelationColumn(column.Name, column)).ToList();
        return new Relation { Name = name, Source = source, Table = schema, Only = table.Only, Columns = Renamed(columns, source) };
    }

    // What a common table reads is not known to the proof when it reads itself or changes rows; only of an INSERT with one row of VALUES it is
    // known that it returns one row at most. (A function that returns a set would multiply it, even in VALUES.)
    private static Relation Common(TableSource source, string name, CommonTables found, Scope scope)
    {
        if (found.Table.Body is InsertStatement { Query: { With: null, Body: ValuesBody { Rows: [var row] } } } && scope.Schema.Dialect == Dialect.Postgres)
            return new Relation { Name = name, Source = source, OneInsertedRow = !row.All().OfType<FunctionCall>().Any(call => KnownFunctions.MayReturnSet(call, scope.Schema)) };
        var query = (found.Table.Body as SelectStatement)?.Query;
        var reads = query is not null && !(found.Recursive && ReadsItself(query, found.Table.Name.Text, scope.Schema.Names));
        var columns = reads ? OutputColumns.Of(query!, scope.Schema, found.Outside, found.Next) : null;
        if (columns is not null && found.Table.Columns.Count > 0)
            columns = Named(columns, found.Table.Columns);
        return new Relation { Name = name, Source = source, Query = reads ? query : null, Outside = found.Outside, Common = found.Next, Columns = Renamed(columns, source) };
    }

    private static bool ReadsItself(Query query, string name, StringComparer names) =>
        query.All().OfType<TableReference>().Any(table => table.Name.Parts.Count == 1 && names.Equals(table.Name.Last, name));

    // LATERAL: what stood before it, as it was then.
    private static Scope Snapshot(Scope scope)
    {
        var before = new Scope { Schema = scope.Schema, Outer = scope.Outer };
        before.Relations.AddRange(scope.Relations);
        return before;
    }

    private static IReadOnlyList<RelationColumn>? Renamed(IReadOnlyList<RelationColumn>? columns, TableSource source) =>
        columns is null || source.ColumnAliases.Count == 0 ? columns : Named(columns, source.ColumnAliases);

    private static IReadOnlyList<RelationColumn>? Named(IReadOnlyList<RelationColumn> columns, IReadOnlyList<Identifier> names) =>
        names.Count > columns.Count ? null : [.. columns.Select((column, i) => i < names.Count ? column with { Name = names[i].Text, Original = column.Original } : column)];

    // USING and NATURAL: equal columns on both sides, which become one.
    private static List<(Relation Left, string LeftColumn, Relation Right, string RightColumn)> Merge(JoinSource join, FromTree left, FromTree right, Scope scope)
    {
        var pairs = new List<(Relation, string, Relation, string)>();
        var names = scope.Schema.Names;
        var shared = join.Natural
            ? left.Relations.SelectMany(relation => relation.Columns ?? []).Select(column => column.Name).Where(column => right.Relations.Any(relation => relation.Find(column, names) is not null)).Distinct(names)
            : join.Using.Select(column => column.Text);
        foreach (var column in shared.ToList())
        {
            var key = scope.Schema.Dialect == Dialect.Sqlite ? column.ToUpperInvariant() : column;
            var ours = left.Relations.Where(relation => relation.Find(column, names) is not null).ToList();
            var theirs = right.Relations.Where(relation => relation.Find(column, names) is not null).ToList();
            var known = left.Relations.Concat(right.Relations).All(relation => relation.Columns is not null);
            var earlier = scope.Merged.ContainsKey(key);
            if (!known || earlier || ours.Count != 1 || theirs.Count != 1)
            {
                scope.Merged[key] = null;
                continue;
            }

            pairs.Add((ours[0], column, theirs[0], column));
            scope.Merged[key] = join.Kind switch { JoinKind.Full => null, JoinKind.Right => (theirs[0], column), _ => (ours[0], column) };
        }

        return pairs;
    }
}

/// <summary>One relation.</summary>
internal sealed record FromLeaf(Relation Relation) : FromTree
{
    public override IEnumerable<Relation> Relations => [Relation];
}

/// <summary>A join of two.</summary>
internal sealed record FromJoin(
    FromTree Left, JoinKind Kind, FromTree Right, Expression? On, IReadOnlyList<(Relation Left, string LeftColumn, Relation Right, string RightColumn)> Merged) : FromTree
{
    public override IEnumerable<Relation> Relations => Left.Relations.Concat(Right.Relations);
}
