using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>
/// Makes the model of a scenario from the schema before a migration. Only tables that the migration can touch are in it: those that its scripts name,
/// what they point to, and what points to them. A database of fifty tables is then as quick to rehearse as one of five.
/// </summary>
internal static class ModelBuilder
{
    // The bookkeeping of migration tools belongs to the tool, not to the data.
    private static readonly string[] Bookkeeping = ["flyway_schema_history", "schema_migrations", "alembic_version", "__efmigrationshistory", "sqlite_sequence"];

    public static bool IsBookkeeping(string table) =>
        table.StartsWith("gantry_", StringComparison.OrdinalIgnoreCase) || Bookkeeping.Contains(table, StringComparer.OrdinalIgnoreCase);

    /// <summary>The model.</summary>
    /// <param name="schema">Before the migration.</param>
    /// <param name="types">PostgreSQL's own types.</param>
    /// <param name="words">What the migration's scripts speak of.</param>
    /// <param name="assumptions">What the scripts declare of their data.</param>
    /// <param name="reachesFurther">The database has triggers, or the scripts do more than their names tell: every table is in it.</param>
    public static ScenarioModel Build(DatabaseSchema schema, PostgresTypes types, ScriptWords words, IReadOnlyList<Assumption> assumptions, bool reachesFurther)
    {
        // A view's name hides the tables behind it.
        var all = reachesFurther || words.ReachesFurther || schema.Tables.Any(table => table.Kind == TableKind.View && words.Name(table.Name));
        var candidates = schema.Tables.Where(table => table.Kind is TableKind.Table or TableKind.Partitioned && table.Inherits.Count == 0 && !IsBookkeeping(table.Name)).ToList();
        var scope = InOrder(schema, Scope(schema, candidates, words, all));
        var tables = scope.Select(table => Table(schema, table, types, words, assumptions)).ToList();
        for (var i = 0; i < tables.Count; i++)
            tables[i] = WithReferences(schema, scope, tables, i);
        return new ScenarioModel(schema, tables);
    }

    private static List<TableSchema> Scope(DatabaseSchema schema, List<TableSchema> candidates, ScriptWords words, bool all)
    {
        if (all)
            return candidates;
        var named = candidates.Where(table => words.Name(table.Name)).ToList();
        // A deleted or rebuilt parent drags its children along.
        var drags = words.Name("DELETE") || words.Name("DROP") || words.Name("REPLACE") || words.Name("TRUNCATE") || words.Name("CASCADE");
        var scope = candidates.Where(table => named.Contains(table) || drags && table.ForeignKeys.Any(key => named.Any(parent => schema.Names.Equals(parent.Name, key.ParentTable)))).ToList();
        for (var i = 0; i < scope.Count; i++)
            scope.AddRange(candidates.Where(parent => !scope.Contains(parent)
                && (scope[i].ForeignKeys.Any(key => schema.Names.Equals(parent.Name, key.ParentTable)) || scope[i].Columns.Any(column => Guessed(schema, parent, column) is not null && named.Contains(parent)))).ToList());
        return scope;
    }

    /// <summary>Parents first; in a circle, the first in the order of names.</summary>
    private static List<TableSchema> InOrder(DatabaseSchema schema, List<TableSchema> tables)
    {
        var left = tables.OrderBy(table => table.Name, StringComparer.Ordinal).ToList();
        var ordered = new List<TableSchema>();
        while (left.Count > 0)
        {
            bool Waits(TableSchema table, bool nullableToo) => table.ForeignKeys.Any(key =>
                left.Any(parent => parent != table && schema.Names.Equals(parent.Name, key.ParentTable))
                && (nullableToo || key.Columns.All(column => table.Columns.Any(own => schema.Names.Equals(own.Name, column) && own.NotNull))));
            var next = left.Find(table => !Waits(table, true)) ?? left.Find(table => !Waits(table, false)) ?? left[0];
            left.Remove(next);
            ordered.Add(next);
        }
        return ordered;
    }

    private static TableModel Table(DatabaseSchema schema, TableSchema table, PostgresTypes types, ScriptWords words, IReadOnlyList<Assumption> assumptions)
    {
        var checks = table.Checks.Select(check => check.Expression)
            .Concat(assumptions.Where(assumption => schema.Names.Equals(assumption.Table, table.Name)).Select(assumption => assumption.Condition)).ToList();
        var writable = table.Columns.Where(column => !column.Generated).ToList();
        int[] Places(IEnumerable<string> columns) => [.. columns.Select(name => writable.FindIndex(column => schema.Names.Equals(column.Name, name)))];
        var keys = table.Keys.Where(key => key is { Predicate: null, Invalid: false, Columns: not null }).Select(key => Places(key.Columns!)).Where(key => !key.Contains(-1)).ToList();
        var inKey = table.Keys.SelectMany(key => key.Parts).Select(part => part.Column).ToHashSet(schema.Names);
        return new TableModel
        {
            Name = table.Name,
            Columns = [.. writable.Select(column => Column(column, schema.Dialect, types, checks, words, inKey.Contains(column.Name)))],
            Keys = keys,
            PrimaryKey = table.Keys.FirstOrDefault(key => key.Primary)?.Columns is { } primary && Places(primary) is var places && !places.Contains(-1) ? places : [],
        };
    }

    private static ColumnModel Column(ColumnSchema column, Dialect dialect, PostgresTypes types, List<string> checks, ScriptWords words, bool inKey)
    {
        var shape = ColumnShape.Read(column.Type, dialect, types);
        var named = checks.Select(check => new ScriptWords(check, dialect)).Where(check => check.Name(column.Name)).ToList();
        if (shape.Kind == ValueKind.Text && (words.ReadsAsJson(column.Name) || named.Exists(check => check.ReadsAsJson(column.Name))))
            shape = new ColumnShape(ValueKind.Json);
        var exact = shape.Kind == ValueKind.Text ? checks.Select(check => ExactLength(check, column.Name)).Max() ?? 0 : 0;
        var literals = (words.Name(column.Name) ? NamedValues.Of(words, shape).Take(16) : []).Concat(named.SelectMany(check => NamedValues.OfCheck(check, shape)));
        var pool = ValuePool.Edges(shape, exact).Concat(literals).Distinct();
        // A check of few allowed words makes the type's edges a waste of trials, but the engine decides that.
        return new ColumnModel { Name = column.Name, Shape = shape, NotNull = column.NotNull, Identity = column.Identity, InKey = inKey, ExactLength = exact, Pool = [.. pool] };
    }

    private static int? ExactLength(string check, string column) =>
        Regex.Match(check, @"\blength\s*\(+\s*""?" + Regex.Escape(column) + @"""?\s*\)*(::\w+)?\)*\s*=\s*(\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant) is { Success: true } match
            && int.TryParse(match.Groups[2].Value, CultureInfo.InvariantCulture, out var length) && length <= 4000 ? length : null;

    private static TableModel WithReferences(DatabaseSchema schema, List<TableSchema> scope, List<TableModel> models, int at)
    {
        var (table, model) = (scope[at], models[at]);
        var references = new List<Reference>();
        foreach (var key in table.ForeignKeys)
        {
            var parent = scope.FindIndex(other => schema.Names.Equals(other.Name, key.ParentTable));
            if (parent < 0)
                continue;
            int[] columns = [.. key.Columns.Select(column => model.Place(column, schema.Names))];
            int[] parentColumns = [.. key.ParentColumns.Select(column => models[parent].Place(column, schema.Names))];
            if (columns.Length == parentColumns.Length && !columns.Contains(-1) && !parentColumns.Contains(-1))
                references.Add(new Reference(columns, parent, parentColumns));
        }
        for (var i = 0; i < model.Columns.Count; i++)
            if (!references.Any(reference => reference.Columns.Contains(i)) && !model.PrimaryKey.SequenceEqual([i]))
                for (var parent = 0; parent < scope.Count; parent++)
                    if (Guessed(schema, scope[parent], table.Columns.Single(column => column.Name == model.Columns[i].Name)) is { } target)
                    {
                        references.Add(new Reference([i], parent, [models[parent].Place(target, schema.Names)], Declared: false));
                        break;
                    }
        var refers = references.SelectMany(reference => reference.Columns).ToHashSet();
        return model with { References = references, Columns = [.. model.Columns.Select((column, i) => refers.Contains(i) ? column with { Refers = true } : column)] };
    }

    /// <summary><c>project_id</c> beside a table <c>projects</c> with the key <c>id</c> of the same type: meant to point there, though nobody declared it.</summary>
    private static string? Guessed(DatabaseSchema schema, TableSchema parent, ColumnSchema column)
    {
        if (parent.Keys.FirstOrDefault(key => key.Primary)?.Columns is not [var key] || parent.Columns.FirstOrDefault(own => schema.Names.Equals(own.Name, key)) is not { Generated: false } target
            || !target.Type.Equals(column.Type, StringComparison.OrdinalIgnoreCase))
            return null;
        var bare = parent.Name[(parent.Name.LastIndexOf('.') + 1)..];
        var singular = bare.EndsWith("ies", StringComparison.OrdinalIgnoreCase) ? bare[..^3] + "y" : bare.EndsWith('s') ? bare[..^1] : bare;
        return column.Name.Equals($"{singular}_{key}", StringComparison.OrdinalIgnoreCase) || column.Name.Equals($"{bare}_{key}", StringComparison.OrdinalIgnoreCase)
            || column.Name.Equals(singular + key, StringComparison.OrdinalIgnoreCase) ? key : null;
    }
}
