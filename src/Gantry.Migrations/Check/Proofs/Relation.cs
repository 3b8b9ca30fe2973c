using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>One table, view, subquery or function in FROM, under the name by which the query speaks of it. Compared by reference.</summary>
internal sealed class Relation
{
    /// <summary>Its alias, or its own name; empty when it has none.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required TableSource Source { get; init; }

    /// <summary>The table, where it is one.</summary>
    public TableSchema? Table { get; init; }

    /// <summary>PostgreSQL: without the tables that inherit from it.</summary>
    public bool Only { get; init; }

    /// <summary>Its columns; null when they are not known.</summary>
    public IReadOnlyList<RelationColumn>? Columns { get; init; }

    /// <summary>The query, where it is one (a subquery, or a common table).</summary>
    public Query? Query { get; init; }

    /// <summary>It is what an INSERT of one row returns.</summary>
    public bool OneInsertedRow { get; init; }

    /// <summary>What the query can see.</summary>
    public Scope? Outside { get; init; }

    /// <summary>The common tables that the query can see.</summary>
    public CommonTables? Common { get; init; }

    /// <summary>It sees what stands before it in the same FROM.</summary>
    public bool Lateral { get; init; }

    /// <summary>What it is, for people.</summary>
    public string Label => Source is TableReference reference
        ? Name == reference.Name.Last || Name.Length == 0 ? reference.Name.ToString() : $"{reference.Name} (as {Name})"
        : Name.Length > 0 ? Name : "a subquery";

    /// <summary>The column of this name; null when there is none, or when the columns are not known.</summary>
    public RelationColumn? Find(string column, StringComparer names) => Columns?.FirstOrDefault(candidate => names.Equals(candidate.Name, column));
}

/// <summary>A column of a relation.</summary>
/// <param name="Name">As the query names it.</param>
/// <param name="Schema">What is known of its values; null for a computed one.</param>
internal sealed record RelationColumn(string Name, ColumnSchema? Schema)
{
    /// <summary>The name in its table, where that differs.</summary>
    public string Original { get; init; } = Name;
}

/// <summary>Common tables that are in sight: innermost first.</summary>
/// <param name="Table">The nearest.</param>
/// <param name="Recursive">Whether it may read itself.</param>
/// <param name="Outside">What the statement that holds it can see.</param>
/// <param name="Next">Those further away; they are what <paramref name="Table"/> itself can see.</param>
internal sealed record CommonTables(CommonTable Table, bool Recursive, Scope? Outside, CommonTables? Next)
{
    /// <summary>The common tables with those of a WITH added.</summary>
    public static CommonTables? Add(CommonTables? common, WithClause? with, Scope? outside)
    {
        foreach (var table in with?.Tables ?? [])
            common = new CommonTables(table, with!.Recursive, outside, common);
        return common;
    }

    /// <summary>The common table of this name; null when there is none.</summary>
    public static CommonTables? Find(CommonTables? common, string name, StringComparer names)
    {
        for (; common is not null; common = common.Next)
            if (names.Equals(common.Table.Name.Text, name))
                return common;
        return null;
    }
}
