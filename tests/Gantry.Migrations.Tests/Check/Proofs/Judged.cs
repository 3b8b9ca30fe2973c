using Gantry.Migrations.Check;
using Gantry.Migrations.Check.Proofs;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;

namespace Gantry.Migrations.Tests.Check.Proofs;

/// <summary>A script, judged statement by statement with the schema that each one meets.</summary>
internal static class Judged
{
    internal const string Postgres = """
        CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, name varchar(50) NOT NULL UNIQUE);
        CREATE TABLE projects (id uuid PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users, name text NOT NULL, parent uuid, active boolean NOT NULL, n int UNIQUE, at timestamptz);
        CREATE TABLE volumes (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, user_id bigint, name text NOT NULL, UNIQUE (project_id, name));
        CREATE TABLE members (project_id uuid, user_id bigint, role text, PRIMARY KEY (project_id, user_id));
        CREATE TABLE notes (a text, b int);
        """;

    internal const string Sqlite = """
        CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, name VARCHAR(50) UNIQUE);
        CREATE TABLE projects (id TEXT NOT NULL PRIMARY KEY, owner_id INTEGER, name TEXT, number INTEGER UNIQUE);
        CREATE TABLE volumes (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL, user_id INTEGER, name TEXT, email TEXT, loose, label TEXT COLLATE NOCASE);
        CREATE TABLE untyped (k UNIQUE, v);
        CREATE TABLE members (project_id TEXT, user_id INTEGER, role TEXT, PRIMARY KEY (project_id, user_id));
        """;

    /// <summary>The subqueries of a script that were not proved: each as its text and why.</summary>
    public static List<string> Loose(string sql, Dialect dialect, string? schema = null)
    {
        var state = DdlSchema.Read(schema ?? (dialect == Dialect.Postgres ? Postgres : Sqlite), dialect);
        var loose = new List<string>();
        foreach (var statement in SqlParser.ReadScript(new SourceText("up.sql", sql), dialect))
        {
            Assert.False(statement is Migrations.Sql.Syntax.UnreadStatement, statement is Migrations.Sql.Syntax.UnreadStatement unread ? $"{unread.At}: {unread.Reason}" : "");
            foreach (var subquery in Subqueries.Of(statement, state))
                if (SingleRow.Of(subquery.Expression.Query, state, subquery.Scope, subquery.Common, new ProofLimit()) is { Proved: false } verdict)
                    loose.Add($"{subquery.Owner.Source.Slice(subquery.Expression.Span)}: {string.Join("; ", verdict.Loose.Select(reason => $"{reason.Relation?.Label} {reason.Why}"))}");
            state = DdlSchema.Apply(state, statement);
        }

        return loose;
    }

    /// <summary>The findings of the rule for one statement, as <c>gantry db check</c> gives them.</summary>
    public static IReadOnlyList<Finding> Findings(string sql, Dialect dialect)
    {
        var script = Path.Combine(Directory.CreateTempSubdirectory("gantry-check-").FullName, "0001_x.sql");
        File.WriteAllText(script, sql);
        try
        {
            var set = Migrations.Files.MigrationSource.Read(script, dialect);
            var report = Checker.Check(set, DdlSchema.Read(dialect == Dialect.Postgres ? Postgres : Sqlite, dialect), dialect, new CheckOptions());
            return [.. report.Findings.Where(finding => finding.Rule == "scalar-subquery-may-return-many")];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(script)!, recursive: true);
        }
    }
}
