using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// foreign-key-without-index: neither engine indexes the child's columns by itself, so that each DELETE of a parent (and each look for its children) reads
/// the whole child table. An index that a later migration of the set makes is seen.
/// </summary>
internal sealed class ForeignKeyWithoutIndex : ICheckRule
{
    public RuleDescription Description { get; } = new("foreign-key-without-index", Severity.Warning, "A new foreign key has no index over its columns");

    public IEnumerable<Finding> OfSet(CheckedSet set)
    {
        foreach (var script in set.Scripts.Where(script => script.Forward))
            foreach (var table in script.After.Tables)
            {
                var before = script.Before.Find(table.Name) ?? script.Before.Find(NameBefore(script, table.Name));
                foreach (var key in table.ForeignKeys)
                    if (before?.ForeignKeys.Any(old => Same(old, key, set.Final.Names)) != true
                        && !IsIndexed(table, key, set.Final.Names) && !(set.Final.Find(table.Name) is { } final && IsIndexed(final, key, set.Final.Names)))
                        yield return Find(script, table, key);
            }
    }

    // A table that was renamed brings its old keys along.
    private static string NameBefore(CheckedScript script, string name) =>
        script.Statements.SelectMany(at => at.Running).OfType<AlterTableStatement>()
            .LastOrDefault(alter => alter.Actions.Any(action => action is RenameTable rename && script.After.Names.Equals(rename.To.Text, name)))?.Name.Full ?? name;

    private Finding Find(CheckedScript script, TableSchema table, ForeignKey key)
    {
        var columns = string.Join(", ", key.Columns);
        var suggestion = $"CREATE INDEX {(script.Dialect == Dialect.Postgres ? "CONCURRENTLY " : "")}ix_{table.Name.Replace('.', '_')}_{string.Join('_', key.Columns)} ON {table.Name} ({columns});";
        var (source, span) = Place(script, key);
        return script.Find(Description, span,
            $"The foreign key of {table.Name} ({columns}) to {key.ParentTable} has no index over its columns: each DELETE in {key.ParentTable} reads all of {table.Name}.",
            "Add an index that begins with these columns, unless rows of the parent never go.")
            with
        { Source = source, Suggestion = suggestion };
    }

    private static (SourceText Source, SourceSpan Span) Place(CheckedScript script, ForeignKey key)
    {
        foreach (var statement in script.Statements.SelectMany(at => at.Running))
            if (statement.All().OfType<ForeignKeyConstraint>().FirstOrDefault(written => Is(written, key, script.After.Names)) is { } constraint)
                return (statement.Source, constraint.Span);
        return (script.Script.Source, script.Beginning);
    }

    private static bool Is(ForeignKeyConstraint written, ForeignKey key, StringComparer names) =>
        names.Equals(written.Parent.Full, key.ParentTable) && (written.Columns.Count == 0 || written.Columns.Select(column => column.Text).SequenceEqual(key.Columns, names));

    private static bool Same(ForeignKey one, ForeignKey other, StringComparer names) =>
        names.Equals(one.ParentTable, other.ParentTable) && one.Columns.SequenceEqual(other.Columns, names);

    private static bool IsIndexed(TableSchema table, ForeignKey key, StringComparer names) =>
        table.Indexes.Where(index => index.Predicate is null).Select(index => index.Parts)
            .Concat(table.Keys.Where(unique => unique.Predicate is null).Select(unique => unique.Parts))
            .Any(parts => parts.Count >= key.Columns.Count
                && parts.Take(key.Columns.Count).All(part => part.Column is { } column && key.Columns.Contains(column, names)));
}
