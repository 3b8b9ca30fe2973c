using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>DROP.</summary>
internal static class DdlDrop
{
    public static DatabaseSchema Apply(DatabaseSchema schema, DropStatement drop)
    {
        foreach (var name in drop.Names)
            schema = drop.Kind switch
            {
                "TABLE" or "VIEW" or "MATERIALIZED VIEW" or "FOREIGN TABLE" => Table(schema, name.Full),
                "INDEX" => Index(schema, name.Last),
                "SCHEMA" when drop.Cascade => Schema(schema, name.Last),
                _ => schema,
            };
        return schema;
    }

    private static DatabaseSchema Schema(DatabaseSchema schema, string dropped) =>
        schema.Tables.Where(table => dropped == "public" ? !table.Name.Contains('.') : table.Name.StartsWith(dropped + ".", StringComparison.Ordinal))
            .Aggregate(schema, (rest, table) => Table(rest, table.Name));

    private static DatabaseSchema Table(DatabaseSchema schema, string name)
    {
        schema = schema with { Tables = [.. schema.Tables.Where(table => !schema.Names.Equals(table.Name, name))] };
        return Orphaned(schema);
    }

    /// <summary>Who has no inheritors any more.</summary>
    public static DatabaseSchema Orphaned(DatabaseSchema schema)
    {
        var parents = schema.Tables.SelectMany(table => table.Inherits).ToHashSet(schema.Names);
        return schema with { Tables = [.. schema.Tables.Select(table => table.HasInheritors && !parents.Contains(table.Name) ? table with { HasInheritors = false } : table)] };
    }

    private static DatabaseSchema Index(DatabaseSchema schema, string name) => schema with
    {
        Tables = [.. schema.Tables.Select(table => table.Indexes.Any(index => schema.Names.Equals(index.Name, name))
            ? table with
            {
                Indexes = [.. table.Indexes.Where(index => !schema.Names.Equals(index.Name, name))],
                Keys = [.. table.Keys.Where(key => !schema.Names.Equals(key.Name, name))],
            }
            : table)],
    };
}
