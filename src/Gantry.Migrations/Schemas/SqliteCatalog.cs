using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Schemas;

/// <summary>
/// SQLite's own account of a schema: its pragmas, which no parser of ours can disagree with. Only what they do not tell (CHECK expressions,
/// the expressions and the WHERE of an index) is cut out of the text that SQLite keeps.
/// </summary>
internal static class SqliteCatalog
{
    private sealed record Column(string Table, string Name, string Type, bool NotNull, string? Default, int PrimaryKey, int Hidden);

    private sealed record Index(string Table, string Name, bool Unique, string Origin, string? Sql);

    private sealed record Part(string Index, int Rank, string? Column, string Collation);

    private sealed record Reference(string Table, int Id, string Parent, string From, string? To, string OnDelete);

    public static async Task<IReadOnlyList<TableSchema>> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var texts = (await LiveSchema.QueryAsync(connection, "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND sql IS NOT NULL",
            row => (Name: row.GetString(0), Sql: row.GetString(1)), cancellationToken)).ToDictionary(row => row.Name, row => row.Sql, StringComparer.OrdinalIgnoreCase);
        var columns = (await LiveSchema.QueryAsync(connection, """
            SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
            FROM sqlite_schema t, pragma_table_xinfo(t.name) c WHERE t.type IN ('table', 'view') ORDER BY t.name, c.cid
            """, row => new Column(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3) != 0, row.Text(4), row.GetInt32(5), row.GetInt32(6)),
            cancellationToken)).ToLookup(column => column.Table);
        var indexes = (await LiveSchema.QueryAsync(connection, """
            SELECT t.name, i.name, i."unique", i.origin, s.sql FROM sqlite_schema t, pragma_index_list(t.name) i
            LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name WHERE t.type = 'table' ORDER BY t.name, i.name
            """, row => new Index(row.GetString(0), row.GetString(1), row.GetInt64(2) != 0, row.GetString(3), row.Text(4)),
            cancellationToken)).ToLookup(index => index.Table);
        var parts = (await LiveSchema.QueryAsync(connection, """
            SELECT i.name, x.seqno, x.name, x.coll FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x
            WHERE t.type = 'table' AND x.key ORDER BY i.name, x.seqno
            """, row => new Part(row.GetString(0), row.GetInt32(1), row.Text(2), row.Text(3) ?? "BINARY"), cancellationToken)).ToLookup(part => part.Index);
        var references = (await LiveSchema.QueryAsync(connection, """
            SELECT t.name, f.id, f."table", f."from", f."to", f.on_delete FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
            WHERE t.type = 'table' ORDER BY t.name, f.id, f.seq
            """, row => new Reference(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.Text(4), row.GetString(5)),
            cancellationToken)).ToLookup(reference => reference.Table);
        var kinds = await LiveSchema.QueryAsync(connection,
            "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
            row => (Name: row.GetString(0), Type: row.GetString(1), WithoutRowId: row.GetInt64(2) != 0, Strict: row.GetInt64(3) != 0), cancellationToken);

        return [.. kinds.Select(kind =>
        {
            var text = texts.GetValueOrDefault(kind.Name, "");
            var keyParts = columns[kind.Name].Where(column => column.PrimaryKey > 0).OrderBy(column => column.PrimaryKey).ToList();
            var rowId = keyParts is [{ } only] && only.Type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase) && !kind.WithoutRowId ? only : null;
            return new TableSchema
            {
                Name = kind.Name,
                Kind = kind.Type switch { "view" => TableKind.View, "virtual" => TableKind.Foreign, _ => TableKind.Table },
                WithoutRowId = kind.WithoutRowId,
                Strict = kind.Strict,
                Columns = [.. columns[kind.Name].Where(column => column.Hidden != 1).Select(column => new ColumnSchema
                {
                    Name = column.Name,
                    Type = column.Type,
                    NotNull = column.NotNull || column == rowId || (column.PrimaryKey > 0 && (kind.WithoutRowId || kind.Strict)),
                    Default = column.Default,
                    Collation = kind.Type == "table" ? Collation(connection, kind.Name, column.Name) : null,
                    Generated = column.Hidden is 2 or 3,
                    Identity = column == rowId,
                })],
                Keys = [.. Keys(keyParts, indexes[kind.Name], parts)],
                Indexes = [.. indexes[kind.Name].Where(index => index.Origin == "c").Select(index => new IndexSchema
                {
                    Name = index.Name,
                    Parts = PartsOf(index, parts),
                    Unique = index.Unique,
                    Predicate = SqliteText.IndexPredicate(index.Sql),
                })],
                ForeignKeys = [.. references[kind.Name].GroupBy(reference => reference.Id).OrderBy(group => group.Key).Select(group => new ForeignKey
                {
                    Columns = [.. group.Select(reference => reference.From)],
                    ParentTable = group.First().Parent,
                    ParentColumns = group.First().To is null
                        ? [.. columns.Where(table => table.Key.Equals(group.First().Parent, StringComparison.OrdinalIgnoreCase)).SelectMany(table => table)
                            .Where(column => column.PrimaryKey > 0).OrderBy(column => column.PrimaryKey).Select(column => column.Name)]
                        : [.. group.Select(reference => reference.To!)],
                    OnDelete = group.First().OnDelete,
                })],
                Checks = kind.Type == "table" ? SqliteText.Checks(text) : [],
            };
        })];
    }

    private static IEnumerable<UniqueKey> Keys(List<Column> primary, IEnumerable<Index> indexes, ILookup<string, Part> parts)
    {
        if (primary.Count > 0)
            yield return new UniqueKey { Primary = true, Parts = [.. primary.Select(column => new KeyPart(column.Name))] };
        foreach (var index in indexes.Where(index => index.Unique && index.Origin != "pk"))
            yield return new UniqueKey
            {
                Name = index.Origin == "c" ? index.Name : null,
                Parts = PartsOf(index, parts),
                Predicate = SqliteText.IndexPredicate(index.Sql),
            };
    }

    private static List<KeyPart> PartsOf(Index index, ILookup<string, Part> parts)
    {
        var texts = index.Sql is null ? [] : SqliteText.IndexParts(index.Sql);
        return [.. parts[index.Name].Select(part => part.Column is null
            ? new KeyPart(null, texts.ElementAtOrDefault(part.Rank) ?? "", Named(part.Collation))
            : new KeyPart(part.Column, null, Named(part.Collation)))];
    }

    private static string? Collation(DbConnection connection, string table, string column) =>
        connection is SqliteConnection { Handle: { } handle }
        && raw.sqlite3_table_column_metadata(handle, "main", table, column, out _, out var collation, out _, out _, out _) == raw.SQLITE_OK
            ? Named(collation) : null;

    private static string? Named(string? collation) => collation is null || collation.Equals("BINARY", StringComparison.OrdinalIgnoreCase) ? null : collation.ToUpper(CultureInfo.InvariantCulture);
}
