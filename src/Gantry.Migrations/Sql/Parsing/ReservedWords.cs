using System.Collections.Frozen;

namespace Gantry.Migrations.Sql.Parsing;

/// <summary>Words that are no names unless they are quoted.</summary>
internal static class ReservedWords
{
    private const string Both = """
        ALL AND AS CASE CHECK COLLATE CONSTRAINT CREATE DEFAULT DEFERRABLE DISTINCT ELSE EXCEPT FOREIGN FROM GROUP HAVING IN INTERSECT INTO
        IS ISNULL JOIN LIMIT NOT NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT TABLE THEN TO UNION UNIQUE USING WHEN WHERE
        CROSS FULL INNER LEFT NATURAL OUTER RIGHT
        """;

    private const string PostgresOnly = """
        ANALYSE ANALYZE ANY ARRAY ASC ASYMMETRIC BOTH CAST COLUMN DESC DO END FALSE FETCH FOR GRANT INITIALLY LATERAL LEADING OFFSET ONLY PLACING
        SOME SYMMETRIC TRAILING TRUE USER VARIADIC WINDOW WITH AUTHORIZATION BINARY CONCURRENTLY FREEZE ILIKE LIKE OVERLAPS SIMILAR TABLESAMPLE VERBOSE
        """;

    private const string SqliteOnly = """
        ADD ALTER AUTOINCREMENT BETWEEN COMMIT DELETE DROP ESCAPE EXISTS INDEX INSERT SET TRANSACTION UPDATE VALUES
        """;

    // Not reserved, but where an alias may stand they begin the next clause.
    private const string Clauses = """
        SET VALUES WITH FOR FETCH OFFSET WINDOW DO WHEN LATERAL TABLESAMPLE INDEXED OVERRIDING LOOP END BETWEEN LIKE ILIKE GLOB REGEXP MATCH SIMILAR
        """;

    private static readonly FrozenSet<string> Postgres = Words(Both, PostgresOnly);
    private static readonly FrozenSet<string> Sqlite = Words(Both, SqliteOnly);
    private static readonly FrozenSet<string> PostgresAliases = Words(Both, PostgresOnly, Clauses);
    private static readonly FrozenSet<string> SqliteAliases = Words(Both, SqliteOnly, Clauses);

    /// <summary>Whether the word cannot be a name.</summary>
    public static bool NoName(string word, Dialect dialect) => (dialect == Dialect.Postgres ? Postgres : Sqlite).Contains(word);

    /// <summary>Whether the word cannot be an alias that stands without AS.</summary>
    public static bool NoAlias(string word, Dialect dialect) => (dialect == Dialect.Postgres ? PostgresAliases : SqliteAliases).Contains(word);

    private static FrozenSet<string> Words(params string[] lists) =>
        lists.SelectMany(list => list.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
