using System.Globalization;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>Constraints: keys, foreign keys, checks.</summary>
internal static class DdlKey
{
    /// <summary>The parts of a key or an index.</summary>
    public static IReadOnlyList<KeyPart> Parts(SourceText source, IReadOnlyList<IndexPart> parts) =>
        [.. parts.Select(part => part.Value is ColumnReference { Parts.Count: 1 } column
            ? new KeyPart(column.Column, null, part.Collation?.Last)
            : new KeyPart(null, source.Slice(part.Value.Span).ToString(), part.Collation?.Last))];

    /// <summary>The table with a constraint added.</summary>
    /// <param name="schema">What is around it.</param>
    /// <param name="table">The table.</param>
    /// <param name="constraint">The constraint.</param>
    /// <param name="source">The text that it is in.</param>
    /// <param name="column">The column behind which it stands; null for one of the table.</param>
    public static TableSchema Add(DatabaseSchema schema, TableSchema table, TableConstraint constraint, SourceText source, Identifier? column = null) => constraint switch
    {
        KeyConstraint { UsingIndex: { } index } key => UseIndex(schema, table, key, index.Text),
        KeyConstraint key => AddKey(schema, table, key, source),
        ForeignKeyConstraint foreign => table with { ForeignKeys = [.. table.ForeignKeys, Foreign(schema, table, foreign)] },
        CheckClause check => table with
        {
            Checks = [.. table.Checks, new CheckConstraint(
                check.Name?.Text ?? FreeName(schema, table, column is null ? [] : [new KeyPart(column.Text)], "check"), source.Slice(check.Condition.Span).ToString(), check.NotValid)],
        },
        _ => table,
    };

    /// <summary>PostgreSQL's own name for something without one: <c>table_column_key</c>, with a number when that is taken. Null on SQLite.</summary>
    public static string FreeName(DatabaseSchema schema, TableSchema table, IReadOnlyList<KeyPart> parts, string suffix)
    {
        var words = parts.Select(part => part.Column ?? "expr").Prepend(table.Name.Split('.')[^1]).Append(suffix);
        var name = string.Join('_', words);
        var taken = schema.Tables.Append(table).SelectMany(other => other.Indexes.Select(index => index.Name).Concat(other.Keys.Select(key => key.Name)).Concat(other.Checks.Select(check => check.Name))).ToHashSet();
        for (var number = 0; ; number++)
        {
            var candidate = number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture);
            if (!taken.Contains(candidate))
                return candidate;
        }
    }

    private static TableSchema AddKey(DatabaseSchema schema, TableSchema table, KeyConstraint constraint, SourceText source)
    {
        var parts = Parts(source, constraint.Parts);
        var key = new UniqueKey
        {
            Name = constraint.Name?.Text ?? (schema.Dialect == Dialect.Sqlite ? null : FreeName(schema, table, constraint.Primary ? [] : parts, constraint.Primary ? "pkey" : "key")),
            Parts = parts,
            Primary = constraint.Primary,
            Deferrable = constraint.Deferrable,
            NullsNotDistinct = constraint.NullsNotDistinct,
        };
        table = table with { Keys = [.. table.Keys, key] };
        return constraint.Primary ? WithPrimary(schema, table, parts, constraint.Descending) : table;
    }

    // Who is never null by being in the primary key; and SQLite's alias of the rowid.
    private static TableSchema WithPrimary(DatabaseSchema schema, TableSchema table, IReadOnlyList<KeyPart> parts, bool descending)
    {
        var sqlite = schema.Dialect == Dialect.Sqlite;
        var notNull = !sqlite || table.WithoutRowId || table.Strict;
        bool Named(ColumnSchema column) => parts.Any(part => schema.Names.Equals(part.Column, column.Name));
        bool RowId(ColumnSchema column) => sqlite && parts.Count == 1 && !descending && !table.WithoutRowId && column.Type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase);
        return table with
        {
            Columns = [.. table.Columns.Select(column => Named(column)
                ? column with { NotNull = column.NotNull || notNull || RowId(column), Identity = column.Identity || RowId(column) } : column)],
        };
    }

    // ADD PRIMARY KEY USING INDEX i: the index becomes the constraint, and takes its name.
    private static TableSchema UseIndex(DatabaseSchema schema, TableSchema table, KeyConstraint constraint, string index)
    {
        if (table.Keys.FirstOrDefault(key => schema.Names.Equals(key.Name, index)) is not { } found)
            return table;
        var key = found with { Name = constraint.Name?.Text ?? index, Primary = constraint.Primary, Deferrable = constraint.Deferrable };
        table = table with { Keys = [.. table.Keys.Select(old => old == found ? key : old)], Indexes = [.. table.Indexes.Where(old => !schema.Names.Equals(old.Name, index))] };
        return constraint.Primary ? WithPrimary(schema, table, key.Parts, false) : table;
    }

    private static ForeignKey Foreign(DatabaseSchema schema, TableSchema table, ForeignKeyConstraint constraint)
    {
        var parent = schema.Names.Equals(constraint.Parent.Full, table.Name) ? table : schema.Find(constraint.Parent.Full);
        var primary = parent?.Keys.FirstOrDefault(key => key.Primary)?.Columns;
        IReadOnlyList<string> columns = [.. constraint.Columns.Select(column => column.Text)];
        return new ForeignKey
        {
            Name = constraint.Name?.Text ?? (schema.Dialect == Dialect.Sqlite ? null : FreeName(schema, table, [.. columns.Select(column => new KeyPart(column))], "fkey")),
            Columns = columns,
            ParentTable = constraint.Parent.Full,
            ParentColumns = constraint.ParentColumns.Count > 0 ? [.. constraint.ParentColumns.Select(column => column.Text)] : primary ?? [],
            OnDelete = constraint.OnDelete,
            NotValid = constraint.NotValid,
        };
    }
}
