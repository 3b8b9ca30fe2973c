using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>The names that a query's expressions can see: its own tables first, then those around it. A name of an inner table hides one further out.</summary>
internal sealed class Scope
{
    /// <summary>The schema.</summary>
    public required DatabaseSchema Schema { get; init; }

    /// <summary>Its own tables, in the order of FROM.</summary>
    public List<Relation> Relations { get; } = [];

    /// <summary>What is around it.</summary>
    public Scope? Outer { get; init; }

    /// <summary>Columns that USING or NATURAL made one; null where it is that of neither side.</summary>
    public Dictionary<string, (Relation Relation, string Column)?> Merged { get; } = [];

    /// <summary>SQLite: names of the query's result, which its WHERE can see too.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Whether it is that of a SELECT: only there, and not in an UPDATE, an aggregate of an inner query may belong to it.</summary>
    public bool IsSelect { get; init; }

    /// <summary>Whether a SELECT is around it.</summary>
    public bool AnySelectOutside => Outer is not null && (Outer.IsSelect || Outer.AnySelectOutside);

    /// <summary>PL/pgSQL's variables and their types, in the outermost scope.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    private StringComparer Names => Schema.Names;

    /// <summary>What a name means here.</summary>
    public Meaning Resolve(ColumnReference reference)
    {
        for (var (scope, depth) = (this, 0); scope is not null; (scope, depth) = (scope.Outer, depth + 1))
            if (scope.Here(reference) is { } meaning)
                return depth == 0 ? meaning : meaning with { Inner = false };
        return new Meaning(false, null, null);
    }

    private Meaning? Here(ColumnReference reference) => reference.Qualifier is { } qualifier ? Qualified(qualifier, reference.Column) : Bare(reference.Column);

    private Meaning? Qualified(string qualifier, string column)
    {
        var named = Relations.Where(relation => Names.Equals(relation.Name, qualifier)).ToList();
        return named.Count switch
        {
            0 => null,
            1 => Of(named[0], column) ?? Meaning.Opaque,
            _ => Meaning.Opaque,
        };
    }

    private Meaning? Bare(string column)
    {
        var key = Schema.Dialect == Dialect.Sqlite ? column.ToUpperInvariant() : column;
        if (Merged.TryGetValue(key, out var merged))
            return merged is { } one ? new Meaning(true, one.Relation, one.Column) : Meaning.Opaque;
        var owners = Relations.Where(relation => relation.Find(column, Names) is not null).ToList();
        if (owners.Count == 1 && Relations.All(relation => relation.Columns is not null))
            return Of(owners[0], column);
        // Several tables, a table whose columns are not known, a whole row, a system column, a name of the result: all inside, none of use.
        if (owners.Count > 0 || Relations.Any(relation => relation.Columns is null || Names.Equals(relation.Name, column)) || Aliases.Contains(column, Names))
            return Meaning.Opaque;
        return Relations.Count > 0 && IsSystem(column) ? Relations.Count == 1 ? Of(Relations[0], column) ?? Meaning.Opaque : Meaning.Opaque : null;
    }

    private Meaning? Of(Relation relation, string column)
    {
        if (relation.Find(column, Names) is { } found)
            return new Meaning(true, relation, found.Name);
        return Schema.Dialect == Dialect.Sqlite && relation.Table is { Kind: TableKind.Table, WithoutRowId: false } && IsSystem(column) ? new Meaning(true, relation, Meaning.RowId) : null;
    }

    private bool IsSystem(string column) => Schema.Dialect == Dialect.Sqlite
        ? column.ToUpperInvariant() is "ROWID" or "OID" or "_ROWID_"
        : column is "ctid" or "tableoid" or "xmin" or "xmax" or "cmin" or "cmax" or "oid";
}

/// <summary>What a column's name means.</summary>
/// <param name="Inner">Whether it belongs to the query itself. What does not is the same for all of the query's rows.</param>
/// <param name="Relation">Whose column it is; null when that is not known.</param>
/// <param name="Column">The column.</param>
internal sealed record Meaning(bool Inner, Relation? Relation, string? Column)
{
    /// <summary>SQLite: the rowid, whatever it was called.</summary>
    public const string RowId = "rowid";

    /// <summary>Something of the query itself that is no plain column.</summary>
    public static Meaning Opaque { get; } = new(true, null, null);

    /// <summary>What is known of its values; null when nothing is.</summary>
    public ColumnSchema? Schema(StringComparer names) => Relation is null ? null
        : Relation.Find(Column!, names)?.Schema ?? (Column == RowId && Relation.Table is not null ? new ColumnSchema { Name = RowId, Type = "INTEGER", NotNull = true } : null);
}
