using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Tests.Schemas;

public sealed class DdlSchemaTests
{
    private const string Owners = """
        CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, gone boolean);
        CREATE TABLE projects (id uuid, name varchar(50) NOT NULL, owner_id bigint REFERENCES users, CONSTRAINT pk PRIMARY KEY (id));
        CREATE UNIQUE INDEX ux_name ON projects (lower(name)) WHERE owner_id IS NOT NULL;
        """;

    [Fact]
    public void Tables_WithTheirConstraints_AreRead() => Assert.Equal(
        [
            "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)",
            "projects: id uuid!, name varchar(50)!, owner_id bigint | pk PRIMARY (id), ux_name (lower(name)) WHERE owner_id IS NOT NULL | owner_id -> users (id)",
        ],
        Lines(DdlSchema.Read(Owners, Dialect.Postgres)));

    [Theory]
    [InlineData("ALTER TABLE users RENAME COLUMN gone TO left_at", "users: id bigint!, email text!, left_at boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("ALTER TABLE users ADD a int NOT NULL, DROP COLUMN email, ALTER gone SET NOT NULL", "users: id bigint!, gone boolean!, a int! | users_pkey PRIMARY (id)")]
    [InlineData("ALTER TABLE users DROP CONSTRAINT users_pkey", "users: id bigint!, email text!, gone boolean | users_email_key (email)")]
    [InlineData("ALTER TABLE users ADD CONSTRAINT k UNIQUE (email, gone) DEFERRABLE", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email), k (email, gone) deferrable")]
    [InlineData("ALTER TABLE users RENAME CONSTRAINT users_email_key TO k", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), k (email)")]
    [InlineData("CREATE UNIQUE INDEX i ON users (gone); ALTER TABLE users ADD CONSTRAINT k UNIQUE USING INDEX i", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email), k (gone)")]
    [InlineData("CREATE UNIQUE INDEX i ON users (gone); DROP INDEX i", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("CREATE UNIQUE INDEX IF NOT EXISTS users_pkey ON users (gone)", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("CREATE TABLE IF NOT EXISTS users (x int)", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("ALTER TABLE users ALTER COLUMN id TYPE int", "users: id int!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("CREATE TABLE more () INHERITS (users)", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email) | has inheritors")]
    [InlineData("CREATE TABLE more () INHERITS (users); DROP TABLE more", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id), users_email_key (email)")]
    [InlineData("DO $$ BEGIN ALTER TABLE users ADD UNIQUE (gone); ALTER TABLE users DROP CONSTRAINT users_email_key; END $$", "users: id bigint!, email text!, gone boolean | users_pkey PRIMARY (id)")]
    [InlineData("ALTER TABLE users ADD CONSTRAINT x FROB (a)", "users: id bigint!, email text!, gone boolean | ")]
    public void Users_AfterAStatement_AreThese(string statement, string line) => Assert.Equal(line, Lines(DdlSchema.Read(Owners + statement, Dialect.Postgres))[0]);

    [Theory]
    [InlineData("ALTER TABLE projects RENAME TO teams", "teams: id uuid!, name varchar(50)!, owner_id bigint | pk PRIMARY (id), ux_name (lower(name)) WHERE owner_id IS NOT NULL | owner_id -> users (id)")]
    [InlineData("ALTER TABLE projects RENAME name TO title", "projects: id uuid!, title varchar(50)!, owner_id bigint | pk PRIMARY (id), ux_name (lower(\"title\")) WHERE owner_id IS NOT NULL | owner_id -> users (id)")]
    [InlineData("ALTER TABLE projects DROP COLUMN owner_id", "projects: id uuid!, name varchar(50)! | pk PRIMARY (id)")]
    [InlineData("ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME id TO nr", "projects: id uuid!, name varchar(50)!, owner_id bigint | pk PRIMARY (id), ux_name (lower(name)) WHERE owner_id IS NOT NULL | owner_id -> people (nr)")]
    [InlineData("CREATE TABLE c (LIKE projects INCLUDING INDEXES)", "c: id uuid!, name varchar(50)!, owner_id bigint |  PRIMARY (id),  (lower(name)) WHERE owner_id IS NOT NULL")]
    [InlineData("CREATE TABLE c AS SELECT id, p.name AS n, count(*) FROM projects p GROUP BY 1, 2", "c: id uuid, n varchar(50), count  | ")]
    [InlineData("CREATE TABLE c AS SELECT * FROM frob()", "c:  |  | Foreign")]
    [InlineData("CREATE VIEW c AS SELECT * FROM users", "c: id bigint, email text, gone boolean |  | View")]
    [InlineData("CREATE TABLE p (a int, PRIMARY KEY (a)) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)", "c: a int! |  PRIMARY (a)")]
    [InlineData("CREATE TABLE c (a int)", "c: a int | ")]
    public void LastTable_AfterAStatement_IsThis(string statement, string line) => Assert.Equal(line, Lines(DdlSchema.Read(Owners + statement, Dialect.Postgres))[^1]);

    [Fact]
    public void Sqlite_NullsInKeysAndRowIds_AreToldAsSqliteHasThem()
    {
        var schema = DdlSchema.Read("""
            CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE UNIQUE, c);
            CREATE TABLE d (id TEXT PRIMARY KEY);
            CREATE TABLE e (id TEXT PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE f (id INT PRIMARY KEY, x ANY) STRICT;
            CREATE TABLE g (id INTEGER PRIMARY KEY DESC);
            """, Dialect.Sqlite);
        Assert.Equal(["a: id INTEGER!, b TEXT, c  |  PRIMARY (id),  (b)", "d: id TEXT |  PRIMARY (id)", "e: id TEXT! |  PRIMARY (id)", "f: id INT!, x ANY |  PRIMARY (id)", "g: id INTEGER |  PRIMARY (id)"], Lines(schema));
        Assert.Equal("NOCASE", schema.Find("A")!.Columns[1].Collation);
        Assert.Equal([true, false, false], schema.Find("a")!.Columns.Select(column => column.Identity));
    }

    [Fact]
    public void Sqlite_RebuiltTable_HasTheNewShape() => Assert.Equal(
        ["t: id INTEGER!, a TEXT! |  PRIMARY (id)", "u: t_id INTEGER |  | t_id -> t (id)"],
        Lines(DdlSchema.Read("""
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
            CREATE TABLE u (t_id INTEGER REFERENCES t);
            CREATE TABLE t_new (id INTEGER PRIMARY KEY, a TEXT NOT NULL);
            INSERT INTO t_new SELECT * FROM t;
            DROP TABLE t;
            ALTER TABLE t_new RENAME TO t;
            """, Dialect.Sqlite)).Order());

    internal static List<string> Lines(DatabaseSchema schema) => [.. schema.Tables.Select(Line)];

    private static string Line(TableSchema table)
    {
        var columns = string.Join(", ", table.Columns.Select(column => $"{column.Name} {column.Type}{(column.NotNull ? "!" : "")}"));
        var keys = string.Join(", ", table.Keys.Select(key => $"{key.Name}{(key.Primary ? " PRIMARY" : "")} ({string.Join(", ", key.Parts.Select(part => part.Column ?? part.Expression))}){(key.Predicate is null ? "" : $" WHERE {key.Predicate}")}{(key.Deferrable ? " deferrable" : "")}{(key.Invalid ? " invalid" : "")}"));
        var foreign = table.ForeignKeys.Count == 0 ? "" : " | " + string.Join(", ", table.ForeignKeys.Select(key => $"{string.Join(", ", key.Columns)} -> {key.ParentTable} ({string.Join(", ", key.ParentColumns)})"));
        return $"{table.Name}: {columns} | {keys}{foreign}{(table.HasInheritors ? " | has inheritors" : "")}{(table.Kind is TableKind.Table or TableKind.Partitioned ? "" : $" | {table.Kind}")}";
    }
}
