namespace Gantry.Migrations.Tests.Check.Proofs;

/// <summary>dstack's statement of November 2024, in every dress.</summary>
public sealed class IncidentTests
{
    [Theory]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) WHERE user_id IS NULL")]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM volumes JOIN projects ON projects.id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects AS p JOIN volumes v ON p.id = v.project_id)")]
    [InlineData("UPDATE volumes AS v SET user_id = (SELECT p.owner_id FROM projects p, volumes v WHERE p.id = v.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (WITH x AS (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) SELECT owner_id FROM x)")]
    [InlineData("WITH x AS (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) UPDATE volumes SET user_id = (SELECT owner_id FROM x)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM projects INNER JOIN volumes ON volumes.project_id = projects.id)")]
    [InlineData("UPDATE volumes SET user_id = CASE WHEN user_id IS NULL THEN (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) ELSE user_id END")]
    [InlineData("UPDATE volumes SET user_id = coalesce(user_id, (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id))")]
    [InlineData("UPDATE volumes SET user_id = 1 WHERE user_id IN (1, (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id))")]
    [InlineData("INSERT INTO volumes (id, user_id) SELECT id, (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) FROM projects")]
    [InlineData("INSERT INTO volumes (id, user_id) VALUES ('x', (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id))")]
    [InlineData("INSERT INTO volumes (id) VALUES ('x') ON CONFLICT (id) DO UPDATE SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET (user_id, name) = (SELECT owner_id, projects.name FROM projects JOIN volumes ON projects.id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM (SELECT * FROM projects) p WHERE p.id IN (SELECT project_id FROM volumes))")]
    [InlineData("DELETE FROM volumes WHERE user_id <> (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)")]
    public void Incident_InAnyDress_IsNotProved(string sql)
    {
        Assert.Single(Judged.Loose(sql, Dialect.Postgres));
        Assert.Single(Judged.Loose(sql, Dialect.Sqlite));
    }

    [Fact]
    public void Incident_InABlockAFunctionAndATrigger_IsNotProved()
    {
        const string Update = "UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id);";
        Assert.Single(Judged.Loose($"DO $$ BEGIN IF true THEN {Update} END IF; END $$", Dialect.Postgres));
        Assert.Single(Judged.Loose("DO 'DECLARE x bigint; BEGIN x := (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id); END'", Dialect.Postgres));
        Assert.Single(Judged.Loose($"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {Update} RETURN NEW; END $$", Dialect.Postgres));
        Assert.Single(Judged.Loose($"CREATE TRIGGER t AFTER INSERT ON projects BEGIN {Update} END", Dialect.Sqlite));
        Assert.Single(Judged.Loose("MERGE INTO volumes v USING projects p ON v.project_id = p.id WHEN MATCHED THEN UPDATE SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)", Dialect.Postgres));
    }

    [Theory]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id) WHERE user_id IS NULL")]
    [InlineData("UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects p JOIN volumes v ON p.id = v.project_id WHERE v.id = volumes.id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT max(owner_id) FROM projects JOIN volumes ON projects.id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT user_id FROM members m WHERE m.project_id = volumes.project_id ORDER BY user_id LIMIT 1)")]
    [InlineData("UPDATE members SET role = (SELECT role FROM members m WHERE m.project_id = members.project_id AND m.user_id = members.user_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE (projects.id) = (volumes.project_id))")]
    [InlineData("WITH p AS (SELECT id AS pid, owner_id AS o FROM projects) UPDATE volumes SET user_id = (SELECT o FROM p WHERE pid = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT u.id FROM projects p LEFT JOIN users u ON u.id = p.owner_id WHERE p.id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT o.m FROM (SELECT project_id, max(user_id) AS m FROM members GROUP BY project_id) o WHERE o.project_id = volumes.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT count(*) FROM members m WHERE m.project_id = volumes.project_id GROUP BY m.project_id)")]
    [InlineData("UPDATE volumes SET user_id = (SELECT 1)")]
    [InlineData("UPDATE volumes SET user_id = (VALUES (1))")]
    [InlineData("UPDATE volumes SET user_id = 1 WHERE project_id IN (SELECT id FROM projects) AND EXISTS (SELECT 1 FROM users)")]
    [InlineData("SELECT (SELECT name FROM projects WHERE id = 'x' AND owner_id > 1), (SELECT (SELECT count(*) FROM members) FROM users WHERE id IN (5))")]
    [InlineData("SELECT * FROM volumes v WHERE name = (SELECT name FROM projects INTERSECT SELECT max(name) FROM users)")]
    public void RightForms_OfBothEngines_AreProved(string sql)
    {
        Assert.Empty(Judged.Loose(sql, Dialect.Postgres));
        Assert.Empty(Judged.Loose(sql, Dialect.Sqlite));
    }

    [Fact]
    public void Finding_OfTheIncident_NamesTableAndKeyAndShowsTheRightStatement()
    {
        const string Sql = "UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)\nWHERE user_id IS NULL;";
        var finding = Assert.Single(Judged.Findings(Sql, Dialect.Postgres));
        Assert.Contains("primary key (id)", finding.Message, StringComparison.Ordinal);
        Assert.Contains("volumes", finding.Message, StringComparison.Ordinal);
        Assert.Contains("the same name hides that row", finding.Message, StringComparison.Ordinal);
        Assert.Equal("UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id)\nWHERE user_id IS NULL", finding.Suggestion);
        Assert.Equal("SELECT count(*) AS rows_of_the_subquery FROM (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) AS candidates;", finding.CountQuery);
        Assert.Equal((1, 30), (finding.Position.Line, finding.Position.Column));
        Assert.Contains("silently takes the first row", Assert.Single(Judged.Findings(Sql, Dialect.Sqlite)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finding_OfACorrelatedSubquery_CountsTheRowsThatWouldBreak()
    {
        var finding = Assert.Single(Judged.Findings("UPDATE projects SET owner_id = (SELECT user_id FROM volumes v WHERE v.project_id = projects.id) WHERE owner_id = 0;", Dialect.Postgres));
        Assert.Equal("SELECT count(*) AS rows_that_would_break FROM projects WHERE (owner_id = 0) AND (SELECT count(*) FROM (SELECT user_id FROM volumes v WHERE v.project_id = projects.id) AS candidates) > 1;", finding.CountQuery);
        Assert.Contains("of its unique key (project_id, name) only project_id is bound", finding.Message, StringComparison.Ordinal);
    }
}
