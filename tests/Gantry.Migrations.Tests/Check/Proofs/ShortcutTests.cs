namespace Gantry.Migrations.Tests.Check.Proofs;

/// <summary>What looks like a proof and is none. Each line was once a way to be wrong.</summary>
public sealed class ShortcutTests
{
    private const string Volumes = "UPDATE volumes SET user_id = ";

    [Theory]
    [InlineData("(SELECT id FROM users ORDER BY name FETCH FIRST 1 ROW WITH TIES)", "with ties")]
    [InlineData("(SELECT id FROM users LIMIT 2)", "more than one")]
    [InlineData("(SELECT generate_series(1, 3))", "a function that returns a set, without FROM")]
    [InlineData("(SELECT unnest(ARRAY[1, 2]) FROM projects p WHERE p.id = volumes.project_id)", "a function that returns a set, beside a key")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = volumes.project_id ORDER BY generate_series(1, 2))", "a function that returns a set, in ORDER BY")]
    [InlineData("(SELECT my_own(1))", "a function that nobody knows")]
    [InlineData("(SELECT g FROM generate_series(1, 3) g)", "a function in FROM")]
    [InlineData("(SELECT p.owner_id FROM projects p, generate_series(1, 2) WHERE p.id = volumes.project_id)", "a function beside a bound table")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = gen_random_uuid())", "another value each time")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.n = (random() * 10)::int)", "another value each time, in an expression")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.n = my_own(1))", "a function that may be volatile")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.n IS NOT DISTINCT FROM volumes.user_id::int)", "null equals null, and n may be null")]
    [InlineData("(SELECT id FROM users u WHERE u.email IS NOT DISTINCT FROM volumes.name)", "the same with a text")]
    [InlineData("(SELECT p.owner_id FROM projects p LEFT JOIN members m ON p.id = volumes.project_id)", "ON of a LEFT JOIN restricts only its right side")]
    [InlineData("(SELECT u.id FROM users u LEFT JOIN projects p ON p.owner_id = u.id AND u.id = volumes.user_id)", "the same with a key")]
    [InlineData("(SELECT u.id FROM projects p RIGHT JOIN users u ON p.id = volumes.project_id)", "RIGHT JOIN")]
    [InlineData("(SELECT u.id FROM projects p FULL JOIN users u ON p.id = volumes.project_id AND u.id = 1)", "FULL JOIN")]
    [InlineData("(SELECT a.id FROM projects a LEFT JOIN (users b JOIN users c ON c.id = 7) ON b.name = a.name WHERE a.n = coalesce(c.id, 9)::int)", "inside of a side that may be missing")]
    [InlineData("(SELECT p.owner_id FROM projects p LEFT JOIN (SELECT max(id) AS m FROM users) d ON p.active WHERE p.n = coalesce(d.m, 3)::int)", "one row that may be missing")]
    [InlineData("(SELECT user_id FROM members m WHERE m.project_id = volumes.project_id)", "half a key")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = volumes.project_id OR p.active)", "OR")]
    [InlineData("(SELECT owner_id FROM projects p WHERE NOT p.id <> volumes.project_id)", "NOT")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id::text = volumes.name)", "a cast around the key")]
    [InlineData("(SELECT id FROM users u WHERE u.name::char(3) = volumes.name)", "a cast that cuts")]
    [InlineData("(SELECT owner_id FROM projects p WHERE date_trunc('day', p.at) = now())", "no key at all")]
    [InlineData("(SELECT id FROM users u WHERE u.id = volumes.user_id::float8)", "bigint compared as double precision")]
    [InlineData("(SELECT id FROM users u WHERE u.id = volumes.user_id * 1.5::real)", "the same through an operator")]
    [InlineData("(SELECT id FROM users u WHERE u.name = volumes.name::char(3))", "varchar compared as char")]
    [InlineData("(SELECT id FROM users UNION SELECT owner_id FROM projects)", "UNION")]
    [InlineData("(SELECT id FROM users WHERE id = 1 UNION ALL SELECT owner_id FROM projects p WHERE p.id = volumes.project_id)", "UNION of two single rows")]
    [InlineData("(VALUES (1), (2))", "VALUES")]
    [InlineData("(SELECT DISTINCT owner_id FROM projects)", "DISTINCT")]
    [InlineData("(SELECT max(owner_id) FROM projects GROUP BY name)", "GROUP BY")]
    [InlineData("(SELECT lower(name) FROM projects GROUP BY 1)", "GROUP BY a column of the result")]
    [InlineData("(SELECT name AS project_group FROM projects GROUP BY project_group)", "GROUP BY a name of the result")]
    [InlineData("(SELECT DISTINCT ON (1) owner_id FROM projects)", "DISTINCT ON a number")]
    [InlineData("(SELECT count(*) FROM users u WHERE u.id = 1 GROUP BY GROUPING SETS ((u.id), ()))", "GROUPING SETS")]
    [InlineData("(SELECT max(owner_id) OVER () FROM projects)", "a window function is no aggregate")]
    [InlineData("(SELECT p.owner_id FROM projects p JOIN users u ON u.id = p.owner_id)", "a join that binds nothing")]
    [InlineData("(SELECT x.owner_id FROM projects p, LATERAL (SELECT p.owner_id LIMIT 1) x)", "LATERAL, one row for each of many")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = ANY (ARRAY[volumes.project_id, volumes.id]))", "ANY of several")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id IN (volumes.project_id, volumes.id))", "IN several")]
    [InlineData("(SELECT owner_id FROM projects WHERE id = projects.id)", "equal to itself")]
    [InlineData("(SELECT owner_id FROM projects WHERE id = id)", "equal to itself, without a name")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = p.parent)", "bound to another column of its own")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.ctid = p.ctid AND p.n = ctid::text::int)", "a system column")]
    [InlineData("(TABLE notes)", "a whole table")]
    [InlineData("(WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT x FROM r WHERE x < 5)", "recursion")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id OPERATOR(my.=) volumes.project_id)", "an operator of one's own")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.n = (SELECT p.n FROM users LIMIT 1))", "a subquery of the row itself")]
    public void Postgres_Shortcut_IsNoProof(string subquery, string why) => Assert.True(Judged.Loose(Volumes + subquery, Dialect.Postgres).Count > 0, why);

    [Theory]
    [InlineData("SELECT (SELECT max(v.id) FROM projects) FROM (SELECT 1 AS id) v", "its argument is the outer query's column")]
    [InlineData("SELECT (SELECT count(v.id) FROM projects p) FROM volumes v", "the same with count")]
    [InlineData("SELECT (SELECT max((SELECT id FROM users WHERE users.id = v.user_id)) FROM projects p) FROM volumes v", "hidden in a subquery")]
    public void Postgres_AggregateOfTheOuterQuery_IsNoProof(string sql, string why) => Assert.True(Judged.Loose(sql, Dialect.Postgres).Count > 0, why);

    [Theory]
    [InlineData("CREATE TABLE p (id int PRIMARY KEY, v int); CREATE TABLE c () INHERITS (p); SELECT (SELECT v FROM p WHERE id = 1)", 1)]
    [InlineData("CREATE TABLE p (id int PRIMARY KEY, v int); CREATE TABLE c () INHERITS (p); SELECT (SELECT v FROM ONLY p WHERE id = 1)", 0)]
    [InlineData("CREATE TABLE p (id int PRIMARY KEY, v int); CREATE TABLE c () INHERITS (p); SELECT (SELECT v FROM c WHERE id = 1)", 1)]
    [InlineData("CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY LIST (id); CREATE TABLE c PARTITION OF p DEFAULT; SELECT (SELECT v FROM p WHERE id = 1), (SELECT v FROM c WHERE id = 1)", 0)]
    [InlineData("CREATE TABLE t (a int, v int, UNIQUE (a) DEFERRABLE); SELECT (SELECT v FROM t WHERE a = 1)", 1)]
    [InlineData("CREATE TABLE t (a int, v int, gone boolean); CREATE UNIQUE INDEX i ON t (a) WHERE NOT gone; SELECT (SELECT v FROM t WHERE a = 1)", 1)]
    [InlineData("CREATE TABLE t (a int, v int, gone boolean); CREATE UNIQUE INDEX i ON t (a) WHERE NOT gone; SELECT (SELECT v FROM t WHERE a = 1 AND gone)", 1)]
    [InlineData("CREATE TABLE t (a int, v int, gone boolean); CREATE UNIQUE INDEX i ON t (a) WHERE NOT gone; SELECT (SELECT v FROM t WHERE a = 1 AND gone = false)", 0)]
    [InlineData("CREATE TABLE t (a int, v int, s varchar); CREATE UNIQUE INDEX i ON t (a) WHERE ((s)::text = 'x'::text); SELECT (SELECT v FROM t WHERE t.a = 1 AND t.s = 'x')", 0)]
    [InlineData("CREATE TABLE t (a int, v int, at date); CREATE UNIQUE INDEX i ON t (a) WHERE at IS NULL; SELECT (SELECT v FROM t x WHERE x.a = 1 AND x.at IS NULL), (SELECT v FROM t WHERE a = 1 AND at IS NOT NULL)", 1)]
    [InlineData("CREATE TABLE t (a text, v int); CREATE UNIQUE INDEX i ON t (lower(a)); SELECT (SELECT v FROM t WHERE lower(a) = lower('X')), (SELECT v FROM t WHERE a = 'X'), (SELECT v FROM t WHERE upper(a) = 'X')", 2)]
    [InlineData("CREATE TABLE t (a text COLLATE ci UNIQUE, v int); SELECT (SELECT v FROM t WHERE a = 'x'), (SELECT v FROM t WHERE a COLLATE other = 'x')", 1)]
    [InlineData("CREATE TABLE t (a text UNIQUE, v int); SELECT (SELECT v FROM t WHERE a = 'x' COLLATE ci), (SELECT v FROM t WHERE a = 'x' COLLATE \"C\")", 1)]
    [InlineData("CREATE TABLE t (a bigint UNIQUE, v int); CREATE VIEW w AS SELECT * FROM t; SELECT (SELECT v FROM w WHERE a = 1)", 1)]
    [InlineData("CREATE TABLE t (a timestamp UNIQUE, v int); SELECT (SELECT v FROM t WHERE a = now()), (SELECT v FROM t WHERE a = '2026-01-01')", 1)]
    [InlineData("CREATE TABLE t (a int, b int, v int, UNIQUE (a, b)); SELECT (SELECT v FROM t WHERE (a, b) = (1, 2)), (SELECT v FROM t WHERE a = 1 AND b IS NULL)", 1)]
    [InlineData("CREATE TABLE t AS SELECT 1 AS a, 2 AS v; SELECT (SELECT v FROM t WHERE a = 1); CREATE UNIQUE INDEX i ON t (a); SELECT (SELECT v FROM t WHERE a = 1)", 1)]
    [InlineData("CREATE TABLE t (a int PRIMARY KEY, v int); ALTER TABLE t DROP CONSTRAINT t_pkey; SELECT (SELECT v FROM t WHERE a = 1)", 1)]
    [InlineData("CREATE FUNCTION one(int) RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1 $$; CREATE FUNCTION many(int) RETURNS SETOF int LANGUAGE sql AS $$ SELECT 1 $$; SELECT (SELECT one(1)), (SELECT many(1))", 1)]
    [InlineData("CREATE TABLE t (a int PRIMARY KEY, v int); CREATE TABLE u (b int PRIMARY KEY, a int); SELECT (SELECT t.v FROM t JOIN u USING (a) WHERE u.b = 1), (SELECT t.v FROM t NATURAL JOIN u WHERE b = 1), (SELECT v FROM u LEFT JOIN t USING (a) WHERE b = 1)", 0)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY CHECK (id = 1), v int); SELECT (SELECT v FROM t)", 0)]
    [InlineData("CREATE TABLE t (id boolean PRIMARY KEY DEFAULT true CHECK (id), v int); SELECT (SELECT v FROM t)", 0)]
    [InlineData("CREATE TABLE t (id int UNIQUE CHECK (id = 1), v int); SELECT (SELECT v FROM t)", 1)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY CHECK (id = 1 OR id = 2), v int); SELECT (SELECT v FROM t)", 1)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, v int); ALTER TABLE t ADD CHECK (id = 1) NOT VALID; SELECT (SELECT v FROM t)", 1)]
    [InlineData("CREATE TABLE t (id text PRIMARY KEY CHECK (id = 'x'), v int); SELECT (SELECT v FROM t)", 1)]
    [InlineData("CREATE TABLE t (a int, id int CHECK (id = 1), v int, PRIMARY KEY (id, a)); SELECT (SELECT v FROM t), (SELECT v FROM t WHERE a = 3)", 1)]
    public void Postgres_KeyOfTheSchema_CountsOnlyWhereItHolds(string sql, int loose)
    {
        var found = Judged.Loose(sql, Dialect.Postgres);
        Assert.True(found.Count == loose, string.Join('\n', found));
    }

    [Theory]
    [InlineData("(SELECT id FROM users u WHERE volumes.label = u.name)", "the left side brings NOCASE")]
    [InlineData("(SELECT id FROM users u WHERE u.name = volumes.name COLLATE NOCASE)", "NOCASE is asked for")]
    [InlineData("(SELECT id FROM users u WHERE CAST(volumes.label AS TEXT) = u.name)", "a cast column is still a column")]
    [InlineData("(SELECT v FROM untyped WHERE k = volumes.user_id)", "1 and '1' both equal a number's column")]
    [InlineData("(SELECT v FROM untyped WHERE k = volumes.name)", "1 and '1' both equal a text's column")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = volumes.user_id)", "'1' and '01' both equal a number's column")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = CAST(volumes.name AS INTEGER))", "the same by a cast")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.number = random())", "another value each time")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.number IS volumes.user_id)", "null is null")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.name = 'x')", "no key")]
    [InlineData("(SELECT max(owner_id, 1) FROM projects)", "max of two is no aggregate")]
    [InlineData("(SELECT p.id AS key_of FROM projects p WHERE p.id = key_of)", "a name of the result stands before one outside")]
    [InlineData("(SELECT id FROM users WHERE rowid = rowid)", "the rowid is its own")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id IN ((SELECT project_id FROM members)))", "a list of one subquery is cut to its first row")]
    [InlineData("(SELECT owner_id FROM projects WHERE number)", "a number as a condition")]
    public void Sqlite_Shortcut_IsNoProof(string subquery, string why) => Assert.True(Judged.Loose(Volumes + subquery, Dialect.Sqlite).Count > 0, why);

    [Theory]
    [InlineData("(SELECT id FROM users u WHERE u.name = volumes.label)")]
    [InlineData("(SELECT id FROM users u WHERE volumes.name = u.email)")]
    [InlineData("(SELECT id FROM users u WHERE u.email = volumes.label)")]
    [InlineData("(SELECT id FROM users u WHERE u.email = lower(volumes.name))")]
    [InlineData("(SELECT v FROM untyped WHERE k = 1)")]
    [InlineData("(SELECT v FROM untyped WHERE k = volumes.loose)")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.number = volumes.name)")]
    [InlineData("(SELECT owner_id FROM projects WHERE rowid = volumes.user_id)")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id IS volumes.project_id)")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id == volumes.project_id)")]
    public void Sqlite_RightComparisons_AreProved(string subquery) => Assert.Empty(Judged.Loose(Volumes + subquery, Dialect.Sqlite));

    [Theory]
    [InlineData("(SELECT id FROM users u WHERE u.name::text = volumes.name)")]
    [InlineData("(SELECT id FROM users u WHERE u.id = volumes.user_id + 1)")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.n = 5 AND now() > p.at)")]
    [InlineData("(SELECT owner_id FROM projects p WHERE p.id = (SELECT m.project_id FROM members m WHERE m.user_id = volumes.user_id LIMIT 1))")]
    [InlineData("(SELECT u.name FROM projects p JOIN users u ON u.id = p.owner_id JOIN members m ON m.project_id = p.id AND m.user_id = u.id WHERE p.id = volumes.project_id)")]
    [InlineData("(SELECT a.owner_id FROM projects a JOIN projects b ON b.parent = a.id WHERE b.id = volumes.project_id)")]
    [InlineData("(SELECT x.owner_id FROM projects p, LATERAL (SELECT p.owner_id LIMIT 1) x WHERE p.id = volumes.project_id)")]
    [InlineData("(SELECT id FROM users FETCH FIRST ROW ONLY)")]
    [InlineData("(SELECT array_agg(id ORDER BY name) FILTER (WHERE id > 1) FROM users)")]
    [InlineData("(SELECT DISTINCT ON (m.project_id) m.user_id FROM members m WHERE m.project_id = volumes.project_id ORDER BY m.project_id, m.user_id)")]
    [InlineData("(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY owner_id) FROM projects)")]
    [InlineData("(SELECT (SELECT name FROM users u WHERE u.id = p.owner_id) FROM projects p WHERE p.id = volumes.project_id)")]
    public void Postgres_RightForms_AreProved(string subquery)
    {
        var loose = Judged.Loose(Volumes + subquery, Dialect.Postgres);
        Assert.True(loose.Count == 0, string.Join('\n', loose));
    }

    [Theory]
    [InlineData("WITH x AS (INSERT INTO users (id) VALUES (1) RETURNING id) UPDATE volumes SET user_id = (SELECT id FROM x)", 0)]
    [InlineData("WITH x AS (INSERT INTO users (id) VALUES (1), (2) RETURNING id) UPDATE volumes SET user_id = (SELECT id FROM x)", 1)]
    [InlineData("WITH x AS (INSERT INTO users (id) VALUES (generate_series(1, 2)) RETURNING id) UPDATE volumes SET user_id = (SELECT id FROM x)", 1)]
    [InlineData("WITH x AS (INSERT INTO users (id) SELECT owner_id FROM projects RETURNING id) UPDATE volumes SET user_id = (SELECT id FROM x)", 1)]
    [InlineData("WITH x AS (DELETE FROM users RETURNING id) UPDATE volumes SET user_id = (SELECT id FROM x)", 1)]
    public void Postgres_RowsThatACommonTableChanges_AreOneOnlyWhereOneIsInserted(string sql, int loose) => Assert.Equal(loose, Judged.Loose(sql, Dialect.Postgres).Count);

    // Two equalities of which neither says more than the other once took turns for ever.
    [Fact]
    public void Sqlite_OneEqualityByNocaseAndOneWithNulls_BothCount() =>
        Assert.Empty(Judged.Loose(Volumes + "(SELECT id FROM users u WHERE u.name = volumes.name COLLATE NOCASE AND u.name IS volumes.email)", Dialect.Sqlite));

    [Fact]
    public void Triggers_WithTheRowsOwnKey_AreProved()
    {
        Assert.Empty(Judged.Loose("CREATE TRIGGER t AFTER INSERT ON volumes BEGIN UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE id = new.project_id) WHERE id = new.id; END", Dialect.Sqlite));
        Assert.Empty(Judged.Loose("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE p bigint; BEGIN NEW.user_id := (SELECT owner_id FROM projects WHERE id = NEW.project_id); p := (SELECT id FROM users WHERE id = p); RETURN NEW; END $$", Dialect.Postgres));
    }
}
