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
    public static async Task<ReportRows?> RowsAsync(EngineSession session, StatementText statement, EngineError error, CancellationToken cancellationToken) =>
        await RowsAsync(session, await QuestionsAsync(session, statement, error, cancellationToken), cancellationToken);

    /// <summary>The answer to the first question that has one; null when none has.</summary>
    public static async Task<ReportRows?> RowsAsync(
        EngineSession session, IReadOnlyList<(string Title, string Query)> questions, CancellationToken cancellationToken)
    {
        foreach (var (title, query) in questions)
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

    private static async Task<IReadOnlyList<(string Title, string Query)>> QuestionsAsync(
        EngineSession session, StatementText statement, EngineError error, CancellationToken cancellationToken) => error switch
        {
            { Subject: ErrorSubject.TooManyRows } => await CardinalityQuestions.OfAsync(session, statement, cancellationToken),
            { Subject: ErrorSubject.Unique, Table: { } table, Columns.Count: > 0 } =>
                [($"of {table} that agree in {string.Join(", ", error.Columns)}", Duplicates(table, error.Columns))],
            { Subject: ErrorSubject.NotNull, Table: { } table, Columns: [var column] } =>
                [($"of {table} without {column}", $"SELECT * FROM {Quoted(table)} WHERE {Quoted(column)} IS NULL")],
            _ => [],
        };

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
