using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>CREATE TABLE, CREATE VIEW, CREATE INDEX.</summary>
internal static class DdlCreate
{
    public static DatabaseSchema Table(DatabaseSchema schema, CreateTableStatement create)
    {
        var name = create.Name.Full;
        if (create.IfNotExists && schema.Find(name) is not null)
            return schema;

        var table = new TableSchema
        {
            Name = name,
            Kind = create.Foreign ? TableKind.Foreign : create.Partitioned ? TableKind.Partitioned : TableKind.Table,
            Columns = [],
            WithoutRowId = create.WithoutRowId,
            Strict = create.Strict,
        };
        table = create.AsQuery is not null ? AsQuery(schema, table, create) : Defined(schema, table, create);
        return Remember(schema, table, create);
    }

    public static DatabaseSchema View(DatabaseSchema schema, CreateViewStatement create)
    {
        if (create.IfNotExists && schema.Find(create.Name.Full) is not null)
            return schema;
        var columns = ResultColumns.Of(schema, create.Query, create.Columns) ?? [];
        // A materialised view is filled once, but may have unique indexes of its own.
        var kind = create.Materialized && columns.Count > 0 ? TableKind.Table : TableKind.View;
        return Put(schema, new TableSchema { Name = create.Name.Full, Kind = kind, Columns = columns });
    }

    /// <summary>SELECT … INTO a new table.</summary>
    public static DatabaseSchema Into(DatabaseSchema schema, ColumnReference into, SelectBody select)
    {
        var name = new ObjectName(into.Parts) { Span = into.Span }.Full;
        var query = new Query(null, select) { Span = select.Span };
        var columns = ResultColumns.Of(schema, query, []);
        return Put(schema, new TableSchema { Name = name, Kind = columns is null ? TableKind.Foreign : TableKind.Table, Columns = columns ?? [] });
    }

    public static DatabaseSchema Index(DatabaseSchema schema, CreateIndexStatement create)
    {
        if (schema.Find(create.Table.Name.Full) is not { Kind: not TableKind.Foreign } table)
            return schema;
        var parts = DdlKey.Parts(create.Source, create.Parts);
        var name = create.Name?.Last ?? DdlKey.FreeName(schema, table, parts, "idx");
        if (create.IfNotExists && schema.Tables.Any(other => other.Indexes.Any(index => schema.Names.Equals(index.Name, name)) || other.Keys.Any(key => schema.Names.Equals(key.Name, name))))
            return schema;

        var predicate = create.Where is null ? null : create.Source.Slice(create.Where.Span).ToString();
        var index = new IndexSchema { Name = name, Parts = parts, Unique = create.Unique, Predicate = predicate };
        var key = new UniqueKey
        {
            Name = name,
            Parts = parts,
            Predicate = predicate,
            NullsNotDistinct = create.NullsNotDistinct,
            // Until each partition's own index is attached to it.
            Invalid = create.Table.Only && table.Kind == TableKind.Partitioned,
        };
        // An operator class of its own may take for equal what = does not.
        var unique = create.Unique && create.Parts.All(part => part.OperatorClass is null || part.OperatorClass.Last.EndsWith("_pattern_ops", StringComparison.Ordinal));
        return schema.With(table.Name, old => old with { Indexes = [.. old.Indexes, index], Keys = unique ? [.. old.Keys, key] : old.Keys });
    }

    private static TableSchema AsQuery(DatabaseSchema schema, TableSchema table, CreateTableStatement create) =>
        ResultColumns.Of(schema, create.AsQuery!, create.AsColumns) is { } columns ? table with { Columns = columns } : table with { Kind = TableKind.Foreign };

    private static TableSchema Defined(DatabaseSchema schema, TableSchema table, CreateTableStatement create)
    {
        foreach (var parent in create.Inherits)
            table = DdlInherit.From(table, parent.Full, schema);
        if (create.PartitionOf is { } partitioned)
            table = DdlInherit.Partition(table, partitioned.Full, schema);
        foreach (var like in create.Likes)
            table = DdlInherit.Like(table, like, schema);
        foreach (var column in create.Columns)
            table = AddColumn(schema, table, column, create.Source);
        foreach (var constraint in create.Constraints)
            table = DdlKey.Add(schema, table, constraint, create.Source);
        return table;
    }

    /// <summary>The table with a column added, with all that stands behind its type.</summary>
    public static TableSchema AddColumn(DatabaseSchema schema, TableSchema table, ColumnDefinition definition, SourceText source)
    {
        string? Text(SyntaxNode? node) => node is null ? null : source.Slice(node.Span).ToString();
        var column = new ColumnSchema
        {
            Name = definition.Name.Text,
            Type = definition.Type.Text,
            NotNull = definition.NotNull,
            Default = Text(definition.Default),
            Collation = definition.Collation?.Last,
            Generated = definition.Generated is not null,
            Identity = definition.Identity,
        };
        var old = table.Columns.FirstOrDefault(existing => schema.Names.Equals(existing.Name, column.Name));
        // A partition or a child names a column of its parent again to say more of it.
        if (old is not null)
            column = old with { NotNull = old.NotNull || column.NotNull, Default = column.Default ?? old.Default };
        table = table with { Columns = old is null ? [.. table.Columns, column] : [.. table.Columns.Select(existing => existing == old ? column : existing)] };
        foreach (var constraint in definition.Constraints)
            table = DdlKey.Add(schema, table, constraint, source, definition.Name);
        return table;
    }

    private static DatabaseSchema Remember(DatabaseSchema schema, TableSchema table, CreateTableStatement create)
    {
        schema = Put(schema, table);
        foreach (var parent in create.Inherits)
            schema = schema.With(parent.Full, old => old with { HasInheritors = true });
        return schema;
    }

    private static DatabaseSchema Put(DatabaseSchema schema, TableSchema table) =>
        schema with { Tables = [.. schema.Tables.Where(old => !schema.Names.Equals(old.Name, table.Name)), table] };
}
