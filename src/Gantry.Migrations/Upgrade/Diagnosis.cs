using System.Globalization;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>Finds the rows that made a statement fail, by asking the database in the state in which it failed.</summary>
internal static class Diagnosis
{
    /// <summary>How many rows a report shows.</summary>
    public const int RowsShown = 5;

    private const int LongestValue = 60;

    /// <summary>Rows that show the error; null when none can be named. Never fails: a report without rows is better than none.</summary>
    public static async Task<ReportRows?> RowsAsync(EngineSession session, StatementText statement, EngineError error, CancellationToken cancellationToken)
    {
        foreach (var (title, query) in Questions(session.Dialect, statement, error))
        {
            try
            {
                var rows = await session.QueryAsync(query, RowsShown, cancellationToken);
                if (rows.Count > 0)
                    return Shown(title, rows, query);
            }
            catch (Exception failed) when (session.Describe(failed) is { Kind: EngineErrorKind.Deterministic })
            {
                if (session.Dialect == Dialect.Postgres && session.InTransaction)
                    await session.ExecuteAsync("ROLLBACK TO SAVEPOINT gantry_statement", cancellationToken);
            }
        }
        return null;
    }

    /// <summary>A query's rows as a report shows them.</summary>
    public static ReportRows Shown(string title, QueryResult rows, string query) =>
        new(title, rows.Columns, [.. rows.Rows.Select(row => (IReadOnlyList<string?>)[.. row.Select(Text)])], rows.Count, query);

    private static IEnumerable<(string Title, string Query)> Questions(Dialect dialect, StatementText statement, EngineError error)
    {
        _ = statement;
        if (error is { Subject: ErrorSubject.Unique, Table: { } unique, Columns.Count: > 0 })
            yield return ($"of {unique} that agree in {string.Join(", ", error.Columns)}", Duplicates(unique, error.Columns));
        if (error is { Subject: ErrorSubject.NotNull, Table: { } table, Columns: [var column] })
            yield return ($"of {table} without {column}", $"SELECT * FROM {Quoted(table)} WHERE {Quoted(column)} IS NULL");
        if (error.Subject == ErrorSubject.ForeignKey && dialect == Dialect.Sqlite)
            yield return ("that point to rows that do not exist", "SELECT * FROM pragma_foreign_key_check");
    }

    private static string Duplicates(string table, IReadOnlyList<string> columns)
    {
        var list = string.Join(", ", columns.Select(Quoted));
        return $"SELECT {list}, count(*) AS \"rows\" FROM {Quoted(table)} WHERE {string.Join(" AND ", columns.Select(column => Quoted(column) + " IS NOT NULL"))} "
            + $"GROUP BY {list} HAVING count(*) > 1 ORDER BY count(*) DESC, {list}";
    }

    internal static string Quoted(string name) => string.Join('.', name.Split('.').Select(part => '"' + part.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'));

    private static string? Text(object? value)
    {
        var text = value switch
        {
            null => null,
            byte[] bytes => "x" + Convert.ToHexStringLower(bytes),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return text is { Length: > LongestValue } ? text[..LongestValue] + "…" : text;
    }
}
