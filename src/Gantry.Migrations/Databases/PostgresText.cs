using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Databases;

/// <summary>Statements as they have to be said to PostgreSQL through Npgsql.</summary>
internal static class PostgresText
{
    private const string Atomic = "ATOMIC";

    /// <summary>
    /// The statement, in a form that Npgsql sends as one: it splits at semicolons, and knows nothing of those in a body <c>BEGIN ATOMIC … END</c>. What
    /// it says of rows and of the position of an error is lost with that form.
    /// </summary>
    public static string AsOne(string statement)
    {
        if (!statement.Contains(Atomic, StringComparison.OrdinalIgnoreCase))
            return statement;
        var tokens = Lexer.ReadAll(new SourceText("", statement), new SourceSpan(0, statement.Length), Dialect.Postgres);
        if (!tokens.Any(token => token.Is(Atomic)) || !tokens.SkipLast(1).Any(token => token.IsMark(";")))
            return statement;

        var (outer, inner) = (Quote(statement, "gantry"), Quote(statement, "statement"));
        return $"DO {outer} BEGIN EXECUTE {inner}{statement}{inner}; END {outer}";
    }

    private static string Quote(string statement, string name)
    {
        while (statement.Contains($"${name}$", StringComparison.Ordinal))
            name += "_";
        return $"${name}$";
    }
}
