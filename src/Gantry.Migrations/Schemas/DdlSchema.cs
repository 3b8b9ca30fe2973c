using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>
/// The schema that DDL makes, without a database: of a script, of <c>pg_dump --schema-only</c>, of the SQLite shell's <c>.schema</c>, and of each
/// statement of a migration in turn. Where it errs, it errs on the side of knowing less: a key that may not be there is not in the schema.
/// </summary>
public static class DdlSchema
{
    /// <summary>The schema that a script makes in an empty database. Statements that are no DDL, or that cannot be read, change nothing that is known.</summary>
    public static DatabaseSchema Read(string sql, Dialect dialect) =>
        SqlParser.ReadScript(new SourceText("schema", sql.ReplaceLineEndings("\n")), dialect).Aggregate(new DatabaseSchema(dialect, []), Apply);

    /// <summary>The schema after a statement. A statement that the engine would refuse may leave any schema: nothing runs after it.</summary>
    internal static DatabaseSchema Apply(DatabaseSchema schema, Statement statement) => statement switch
    {
        CreateTableStatement create => DdlCreate.Table(schema, create),
        CreateViewStatement view => DdlCreate.View(schema, view),
        CreateIndexStatement index => DdlCreate.Index(schema, index),
        AlterTableStatement alter => DdlAlter.Apply(schema, alter),
        DropStatement drop => DdlDrop.Apply(schema, drop),
        CreateFunctionStatement function => schema with { Functions = [.. schema.Functions, new FunctionSchema(function.Name.Full, function.ReturnsSet || function.Returns is null, function.Steady)] },
        SelectStatement { Query.Body: SelectBody { Into: [ColumnReference into] } select } => DdlCreate.Into(schema, into, select),
        DoStatement block => block.Body.Aggregate(schema, ApplyInBlock),
        UnreadStatement unread => ForgetKeys(schema, unread),
        _ => schema,
    };

    /// <summary>The schema with one table changed; unchanged when there is none of this name.</summary>
    internal static DatabaseSchema With(this DatabaseSchema schema, string name, Func<TableSchema, TableSchema> change) =>
        schema with { Tables = [.. schema.Tables.Select(table => schema.Names.Equals(table.Name, name) ? change(table) : table)] };

    // What stands in a block may run or not: it may take away a key, but what it adds is not relied upon.
    private static DatabaseSchema ApplyInBlock(DatabaseSchema schema, Statement statement)
    {
        var after = Apply(schema, statement);
        return statement is CreateTableStatement or DropStatement ? after : after with
        {
            Tables = [.. after.Tables.Select(table => schema.Find(table.Name) is { } before
                ? table with
                {
                    Keys = [.. table.Keys.Where(key => before.Keys.Contains(key))],
                    Columns = [.. table.Columns.Select(column => column with { NotNull = column.NotNull && (before.Columns.FirstOrDefault(old => old.Name == column.Name)?.NotNull ?? true) })],
                }
                : table)],
        };
    }

    // It may have dropped keys of any table that it names.
    private static DatabaseSchema ForgetKeys(DatabaseSchema schema, UnreadStatement unread)
    {
        if (unread.Verb is not ("ALTER" or "DROP" or "CREATE" or "EXECUTE" or ""))
            return schema;
        var text = Lexer.ReadAll(unread.Source, unread.Span, schema.Dialect).Where(token => token.Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.String);
        var words = text.SelectMany(token => token.Kind == TokenKind.String ? token.Value.Split([' ', '\n', '\t', '(', ')', ',', ';', '.', '"']) : [token.Value]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return schema with { Tables = [.. schema.Tables.Select(table => words.Contains(table.Name.Split('.')[^1]) ? table with { Keys = [] } : table)] };
    }
}
