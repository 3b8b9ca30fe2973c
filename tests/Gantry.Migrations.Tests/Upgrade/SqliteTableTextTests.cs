using Gantry.Migrations.Sql;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class SqliteTableTextTests
{
    private const string Table = """
        CREATE TABLE t (
          id INTEGER PRIMARY KEY AUTOINCREMENT, -- the id, (and more
          "the name" varchar(10) NOT NULL ON CONFLICT ABORT DEFAULT 'a, b' COLLATE NOCASE,
          p INTEGER CONSTRAINT to_p REFERENCES p (id) ON DELETE SET NULL,
          plain,
          d TEXT DEFAULT NULL CHECK (d NOT NULL OR d IN ('x', 'y')),
          UNIQUE (p, plain),
          CONSTRAINT small CHECK (p < 9)
        ) STRICT
        """;

    [Theory]
    [InlineData("ALTER TABLE t ALTER COLUMN plain SET NOT NULL", "  plain,", "  plain NOT NULL,")]
    [InlineData("ALTER TABLE t ALTER p SET NOT NULL", "ON DELETE SET NULL,", "ON DELETE SET NULL NOT NULL,")]
    [InlineData("ALTER TABLE t ALTER COLUMN \"the name\" SET NOT NULL", "", "")]
    [InlineData("ALTER TABLE t ALTER COLUMN \"the name\" DROP NOT NULL", " NOT NULL ON CONFLICT ABORT", "")]
    [InlineData("ALTER TABLE t ALTER COLUMN d DROP NOT NULL", "", "")]
    [InlineData("ALTER TABLE t ALTER COLUMN d DROP DEFAULT", " DEFAULT NULL", "")]
    [InlineData("ALTER TABLE t ALTER COLUMN \"the name\" SET DEFAULT 'c'", " DEFAULT 'a, b' COLLATE NOCASE", " COLLATE NOCASE DEFAULT ('c')")]
    [InlineData("ALTER TABLE t ALTER COLUMN plain SET DEFAULT 1 + 2", "  plain,", "  plain DEFAULT (1 + 2),")]
    [InlineData("ALTER TABLE t ALTER COLUMN plain TYPE BIGINT", "  plain,", "  plain BIGINT,")]
    [InlineData("ALTER TABLE t ALTER COLUMN \"the name\" SET DATA TYPE varchar(20) USING trim(\"the name\")", "varchar(10)", "varchar(20)")]
    [InlineData("ALTER TABLE t ADD CONSTRAINT big CHECK (p > 0) NOT VALID", "CHECK (p < 9)\n)", "CHECK (p < 9), CONSTRAINT big CHECK (p > 0)\n)")]
    [InlineData("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES q (id)", "CHECK (p < 9)\n)", "CHECK (p < 9), FOREIGN KEY (p) REFERENCES q (id)\n)")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT small", ",\n  CONSTRAINT small CHECK (p < 9)", "")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT to_p", " CONSTRAINT to_p REFERENCES p (id) ON DELETE SET NULL", "")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT t_p_plain_key", ",\n  UNIQUE (p, plain)", "")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT t_d_check", " CHECK (d NOT NULL OR d IN ('x', 'y'))", "")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT IF EXISTS no_such", "", "")]
    public void Change_OfOneThing_LeavesTheRestAsItIs(string alter, string from, string to)
    {
        var expected = from.Length == 0 ? Table : Table.Replace(from, to, StringComparison.Ordinal);
        Assert.True(from.Length == 0 || Table.Contains(from, StringComparison.Ordinal));

        Assert.Equal(expected, SqliteTableText.Change(Table, "t", Read(alter), out var why));
        Assert.Null(why);
    }

    [Theory]
    [InlineData("ALTER TABLE t ALTER COLUMN nowhere SET NOT NULL", "t has no column nowhere.")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT no_such", "t has no constraint no_such.")]
    public void Change_OfWhatIsNotThere_SaysSo(string alter, string why)
    {
        Assert.Null(SqliteTableText.Change(Table, "t", Read(alter), out var because));

        Assert.Equal(why, because);
    }

    [Theory]
    [InlineData("ALTER TABLE t ADD COLUMN check_me TEXT CHECK (check_me <> '')")]
    [InlineData("ALTER TABLE t ADD unique_id INTEGER")]
    [InlineData("ALTER TABLE t RENAME COLUMN a TO b")]
    [InlineData("ALTER TABLE t DROP COLUMN a")]
    [InlineData("ALTER TABLE t RENAME TO u")]
    public void Read_WhatSqliteKnows_IsLeftToIt(string alter) => Assert.IsType<TableChange.Native>(Read(alter));

    private static TableChange Read(string alter) =>
        Assert.Single(TableChange.Read(Assert.Single(StatementSplitter.Split(new SourceText("up.sql", alter), Dialect.Sqlite)), out _)!);
}
