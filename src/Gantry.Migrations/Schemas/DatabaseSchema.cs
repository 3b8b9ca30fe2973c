namespace Gantry.Migrations.Schemas;

/// <summary>
/// What a database looks like: made by reading its DDL statement by statement, or by asking a living database. Immutable; names are kept as the
/// engine keeps them (PostgreSQL: folded to lower case unless quoted), and looked up as the engine looks them up.
/// </summary>
public sealed record DatabaseSchema(Dialect Dialect, IReadOnlyList<TableSchema> Tables)
{
    /// <summary>How names are compared: SQLite ignores ASCII case, PostgreSQL does not once they are folded.</summary>
    public StringComparer Names => Dialect == Dialect.Sqlite ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>PostgreSQL: functions that its own DDL makes; built-in ones are not listed.</summary>
    public IReadOnlyList<FunctionSchema> Functions { get; init; } = [];

    /// <summary>The table (or view) of this name; null when there is none.</summary>
    /// <param name="name">Without quotes, folded. <c>schema.table</c> outside the default schema.</param>
    public TableSchema? Find(string name)
    {
        // Made anew for each list of tables: `with` copies this field, too.
        if (_byName is not { } known || !ReferenceEquals(known.Of, Tables))
        {
            var tables = new Dictionary<string, TableSchema>(Tables.Count, Names);
            foreach (var table in Tables)
                tables.TryAdd(table.Name, table);
            _byName = known = new NameIndex(Tables, tables);
        }
        return known.Tables.GetValueOrDefault(name);
    }

    private NameIndex? _byName;

    private sealed record NameIndex(IReadOnlyList<TableSchema> Of, Dictionary<string, TableSchema> Tables);
}

/// <summary>A table.</summary>
public sealed record TableSchema
{
    /// <summary>Without quotes; <c>schema.table</c> when it is outside the default schema.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it holds rows of its own.</summary>
    public TableKind Kind { get; init; }

    /// <summary>In order.</summary>
    public required IReadOnlyList<ColumnSchema> Columns { get; init; }

    /// <summary>Primary key, unique constraints, unique indexes.</summary>
    public IReadOnlyList<UniqueKey> Keys { get; init; } = [];

    /// <summary>Foreign keys of this table to others (or to itself).</summary>
    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];

    /// <summary>Check constraints, of columns and of the table.</summary>
    public IReadOnlyList<CheckConstraint> Checks { get; init; } = [];

    /// <summary>All indexes, unique ones too, but not those that a constraint made.</summary>
    public IReadOnlyList<IndexSchema> Indexes { get; init; } = [];

    /// <summary>PostgreSQL: tables inherit from it (or it is partitioned), so that its keys do not hold over all rows that a query of it sees.</summary>
    public bool HasInheritors { get; init; }

    /// <summary>PostgreSQL: the tables that it inherits from.</summary>
    public IReadOnlyList<string> Inherits { get; init; } = [];

    /// <summary>SQLite: <c>WITHOUT ROWID</c>.</summary>
    public bool WithoutRowId { get; init; }

    /// <summary>SQLite: <c>STRICT</c>.</summary>
    public bool Strict { get; init; }
}

/// <summary>What a table is.</summary>
public enum TableKind
{
    /// <summary>An ordinary table.</summary>
    Table,
    /// <summary>A view: its rows are those of a query.</summary>
    View,
    /// <summary>PostgreSQL: a partitioned table. Its keys hold over all partitions.</summary>
    Partitioned,
    /// <summary>SQLite: a virtual table; PostgreSQL: a foreign table. Nothing is known of its rows.</summary>
    Foreign,
}

/// <summary>A column.</summary>
public sealed record ColumnSchema
{
    /// <summary>Without quotes.</summary>
    public required string Name { get; init; }

    /// <summary>As declared (<c>varchar(36)</c>, <c>numeric(10,2)</c>); empty where SQLite has none.</summary>
    public required string Type { get; init; }

    /// <summary>Declared NOT NULL, or part of a primary key that makes it so (in SQLite only INTEGER PRIMARY KEY, STRICT and WITHOUT ROWID do).</summary>
    public bool NotNull { get; init; }

    /// <summary>The expression of DEFAULT; null when there is none.</summary>
    public string? Default { get; init; }

    /// <summary>The collation, where one is declared (SQLite: <c>NOCASE</c>; PostgreSQL: a name); null for the engine's own.</summary>
    public string? Collation { get; init; }

    /// <summary>GENERATED ALWAYS AS (expression): cannot be written.</summary>
    public bool Generated { get; init; }

    /// <summary>The database numbers it: identity, serial, INTEGER PRIMARY KEY.</summary>
    public bool Identity { get; init; }
}

/// <summary>No two rows agree in all of these.</summary>
public sealed record UniqueKey
{
    /// <summary>Of the constraint or index; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>What it is over, in order.</summary>
    public required IReadOnlyList<KeyPart> Parts { get; init; }

    /// <summary>The primary key.</summary>
    public bool Primary { get; init; }

    /// <summary>WHERE of a partial unique index, as written; null when it covers all rows.</summary>
    public string? Predicate { get; init; }

    /// <summary>PostgreSQL: DEFERRABLE, so that two rows may agree within a transaction.</summary>
    public bool Deferrable { get; init; }

    /// <summary>PostgreSQL: an index that was not finished and enforces nothing on old rows.</summary>
    public bool Invalid { get; init; }

    /// <summary>PostgreSQL 15: NULLS NOT DISTINCT.</summary>
    public bool NullsNotDistinct { get; init; }

    /// <summary>The names of its columns; null when a part is an expression.</summary>
    public IReadOnlyList<string>? Columns => Parts.All(part => part.Column is not null) ? [.. Parts.Select(part => part.Column!)] : null;
}

/// <summary>One part of a key or an index.</summary>
/// <param name="Column">The column; null for an expression.</param>
/// <param name="Expression">The expression as written; null for a column.</param>
/// <param name="Collation">Its own collation, where it names one.</param>
public sealed record KeyPart(string? Column, string? Expression = null, string? Collation = null);

/// <summary>A foreign key.</summary>
public sealed record ForeignKey
{
    /// <summary>Of the constraint; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Of this table, in order.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The table that it points to.</summary>
    public required string ParentTable { get; init; }

    /// <summary>The columns it points to, in the order of <see cref="Columns"/>; the parent's primary key when none is named.</summary>
    public required IReadOnlyList<string> ParentColumns { get; init; }

    /// <summary>What happens to the children when the parent goes: <c>NO ACTION</c>, <c>CASCADE</c>, <c>SET NULL</c>…</summary>
    public string OnDelete { get; init; } = "NO ACTION";

    /// <summary>PostgreSQL: NOT VALID: old rows were not looked at.</summary>
    public bool NotValid { get; init; }
}

/// <summary>A check constraint.</summary>
/// <param name="Name">Null when it has none.</param>
/// <param name="Expression">As written, without the outer parentheses.</param>
/// <param name="NotValid">PostgreSQL: NOT VALID: old rows were not looked at.</param>
public sealed record CheckConstraint(string? Name, string Expression, bool NotValid = false);

/// <summary>An index.</summary>
public sealed record IndexSchema
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is over, in order.</summary>
    public required IReadOnlyList<KeyPart> Parts { get; init; }

    /// <summary>Whether it is unique.</summary>
    public bool Unique { get; init; }

    /// <summary>WHERE of a partial index, as written; null when it covers all rows.</summary>
    public string? Predicate { get; init; }
}

/// <summary>A function.</summary>
/// <param name="Name">Without quotes; <c>schema.function</c> outside the default schema.</param>
/// <param name="ReturnsSet">It can return many rows.</param>
/// <param name="Steady">IMMUTABLE or STABLE: within one statement it gives the same for the same.</param>
public sealed record FunctionSchema(string Name, bool ReturnsSet, bool Steady);
