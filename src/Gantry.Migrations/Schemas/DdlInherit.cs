using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>PostgreSQL: what a table has from another one.</summary>
internal static class DdlInherit
{
    /// <summary>INHERITS: columns and checks, but no keys.</summary>
    public static TableSchema From(TableSchema table, string parentName, DatabaseSchema schema)
    {
        table = table with { Inherits = [.. table.Inherits, parentName] };
        if (schema.Find(parentName) is not { } parent)
            return table;
        var added = parent.Columns.Where(column => !table.Columns.Any(own => schema.Names.Equals(own.Name, column.Name)));
        return table with { Columns = [.. table.Columns, .. added], Checks = [.. table.Checks, .. parent.Checks] };
    }

    /// <summary>PARTITION OF: keys too, each by an index of its own.</summary>
    public static TableSchema Partition(TableSchema table, string parentName, DatabaseSchema schema)
    {
        var parent = schema.Find(parentName);
        return From(table, parentName, schema) with { Keys = Anonymous(parent?.Keys), ForeignKeys = parent?.ForeignKeys ?? [] };
    }

    /// <summary>LIKE: columns as they are, the rest as far as it is included.</summary>
    public static TableSchema Like(TableSchema table, LikeClause like, DatabaseSchema schema)
    {
        if (schema.Find(like.Table.Full) is not { } model)
            return table;
        bool Includes(string what) => like.Including.Contains("ALL") || like.Including.Contains(what);
        var columns = model.Columns.Select(column => column with
        {
            Default = Includes("DEFAULTS") ? column.Default : null,
            Generated = column.Generated && Includes("GENERATED"),
            Identity = column.Identity && Includes("IDENTITY"),
        });
        return table with
        {
            Columns = [.. table.Columns, .. columns],
            Keys = Includes("INDEXES") ? [.. table.Keys, .. Anonymous(model.Keys)] : table.Keys,
            Checks = Includes("CONSTRAINTS") ? [.. table.Checks, .. model.Checks] : table.Checks,
        };
    }

    // The copy's name is PostgreSQL's to choose, and it is no longer an index by that of the original.
    private static IReadOnlyList<UniqueKey> Anonymous(IReadOnlyList<UniqueKey>? keys) => [.. (keys ?? []).Select(key => key with { Name = null })];
}
