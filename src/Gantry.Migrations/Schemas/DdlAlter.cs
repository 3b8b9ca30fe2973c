using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>ALTER TABLE.</summary>
internal static class DdlAlter
{
    public static DatabaseSchema Apply(DatabaseSchema schema, AlterTableStatement alter)
    {
        var name = alter.Name.Full;
        foreach (var action in alter.Actions)
        {
            if (alter.Kind == "INDEX" || schema.Find(name) is null)
                schema = OfIndex(schema, alter.Name.Last, action);
            else
                schema = OfTable(schema, name, action, alter);
            if (action is RenameTable rename && alter.Kind != "INDEX")
                name = DdlRename.Renamed(name, rename.To.Text);
        }

        return schema;
    }

    private static DatabaseSchema OfIndex(DatabaseSchema schema, string name, AlterAction action) => action switch
    {
        RenameTable rename => DdlRename.Index(schema, name, rename.To.Text),
        AlterPartition { Attaches: true } => schema with
        {
            Tables = [.. schema.Tables.Select(table => table with { Keys = [.. table.Keys.Select(key => key.Name == name ? key with { Invalid = false } : key)] })],
        },
        _ => schema,
    };

    private static DatabaseSchema OfTable(DatabaseSchema schema, string name, AlterAction action, AlterTableStatement alter)
    {
        switch (action)
        {
            case RenameTable rename:
                return DdlRename.Table(schema, name, DdlRename.Renamed(name, rename.To.Text));
            case SetSchema move:
                var bare = name.Split('.')[^1];
                return DdlRename.Table(schema, name, move.Schema.Text == "public" ? bare : $"{move.Schema.Text}.{bare}");
            case RenameColumn rename:
                return Family(schema, name).Aggregate(schema, (rest, member) => DdlRename.Column(rest, member, rename.From.Text, rename.To.Text));
            case AlterInherit inherit:
                return Inherit(schema, name, inherit.Parent.Full, inherit.Inherits);
            case AlterPartition partition:
                return Partition(schema, name, partition);
        }

        // Columns are changed in all that inherit them; keys are each table's own.
        var changed = action is AddColumn or DropColumn or AlterType or AlterNotNull or AlterGenerated && !alter.Only ? Family(schema, name) : [name];
        foreach (var member in changed)
            schema = schema.With(member, table => Change(schema, table, action, alter, own: schema.Names.Equals(member, name)));
        return schema;
    }

    private static TableSchema Change(DatabaseSchema schema, TableSchema table, AlterAction action, AlterTableStatement alter, bool own)
    {
        bool Is(string? left, Identifier right) => schema.Names.Equals(left, right.Text);
        TableSchema Column(Identifier name, Func<ColumnSchema, ColumnSchema> change) =>
            table with { Columns = [.. table.Columns.Select(column => Is(column.Name, name) ? change(column) : column)] };

        switch (action)
        {
            case AddColumn add when table.Columns.Any(column => Is(column.Name, add.Column.Name)):
                return table;
            case AddColumn add:
                return DdlCreate.AddColumn(schema, table, own ? add.Column : add.Column with { Constraints = [] }, alter.Source);
            case DropColumn drop:
                return Without(schema, table, drop.Column.Text);
            case AddConstraint add:
                table = DdlKey.Add(schema, table, add.Constraint, alter.Source);
                // pg_dump adds a partitioned table's key alone, and attaches those of its partitions to it afterwards.
                return alter.Only && table.Kind == TableKind.Partitioned && add.Constraint is KeyConstraint && schema.Tables.Any(child => child.Inherits.Contains(table.Name))
                    ? table with { Keys = [.. table.Keys.SkipLast(1), table.Keys[^1] with { Invalid = true }] } : table;
            case DropConstraint drop:
                return table with
                {
                    Keys = [.. table.Keys.Where(key => !Is(key.Name, drop.Name))],
                    ForeignKeys = [.. table.ForeignKeys.Where(key => !Is(key.Name, drop.Name))],
                    Checks = [.. table.Checks.Where(check => !Is(check.Name, drop.Name))],
                };
            case ValidateConstraint validate:
                return table with
                {
                    ForeignKeys = [.. table.ForeignKeys.Select(key => Is(key.Name, validate.Name) ? key with { NotValid = false } : key)],
                    Checks = [.. table.Checks.Select(check => Is(check.Name, validate.Name) ? check with { NotValid = false } : check)],
                };
            case RenameConstraint rename:
                return table with
                {
                    Keys = [.. table.Keys.Select(key => Is(key.Name, rename.From) ? key with { Name = rename.To.Text } : key)],
                    ForeignKeys = [.. table.ForeignKeys.Select(key => Is(key.Name, rename.From) ? key with { Name = rename.To.Text } : key)],
                    Checks = [.. table.Checks.Select(check => Is(check.Name, rename.From) ? check with { Name = rename.To.Text } : check)],
                };
            case AlterNotNull nullable:
                return Column(nullable.Column, column => column with { NotNull = nullable.NotNull });
            case AlterDefault change:
                return Column(change.Column, column => column with { Default = change.Default is null ? null : alter.Source.Slice(change.Default.Span).ToString() });
            case AlterType type:
                return Column(type.Column, column => column with { Type = type.Type.Text, Collation = type.Collation?.Last });
            case AlterGenerated change:
                return Column(change.Column, column => column with { Identity = change.Identity ?? column.Identity, Generated = column.Generated && !change.DropsExpression });
            default:
                return table;
        }
    }

    // PostgreSQL drops with a column every index and constraint that has to do with it.
    private static TableSchema Without(DatabaseSchema schema, TableSchema table, string column)
    {
        bool Is(string? name) => schema.Names.Equals(name, column);
        bool Names(string? expression) => expression is not null && DdlRename.Mentions(expression, column, schema);
        bool Uses(IReadOnlyList<KeyPart> parts) => parts.Any(part => Is(part.Column) || Names(part.Expression));
        return table with
        {
            Columns = [.. table.Columns.Where(existing => !Is(existing.Name))],
            Keys = [.. table.Keys.Where(key => !Uses(key.Parts) && !Names(key.Predicate))],
            Indexes = [.. table.Indexes.Where(index => !Uses(index.Parts) && !Names(index.Predicate))],
            ForeignKeys = [.. table.ForeignKeys.Where(key => !key.Columns.Any(Is))],
            Checks = [.. table.Checks.Where(check => !Names(check.Expression))],
        };
    }

    private static DatabaseSchema Inherit(DatabaseSchema schema, string name, string parent, bool inherits)
    {
        schema = schema.With(name, table => table with { Inherits = inherits ? [.. table.Inherits, parent] : [.. table.Inherits.Where(old => !schema.Names.Equals(old, parent))] });
        return inherits ? schema.With(parent, table => table with { HasInheritors = true }) : DdlDrop.Orphaned(schema);
    }

    private static DatabaseSchema Partition(DatabaseSchema schema, string name, AlterPartition action)
    {
        var keys = schema.Find(name)?.Keys ?? [];
        return schema.With(action.Partition.Full, table => action.Attaches
            ? table with { Inherits = [.. table.Inherits, name], Keys = [.. table.Keys, .. keys.Where(key => !key.Invalid).Select(key => key with { Name = null })] }
            : table with { Inherits = [.. table.Inherits.Where(old => !schema.Names.Equals(old, name))] });
    }

    // A table and all that inherit from it, directly or not.
    private static List<string> Family(DatabaseSchema schema, string name)
    {
        var family = new List<string> { name };
        for (var i = 0; i < family.Count; i++)
            family.AddRange(schema.Tables.Where(table => table.Inherits.Contains(family[i], schema.Names) && !family.Contains(table.Name, schema.Names)).Select(table => table.Name));
        return family;
    }
}
