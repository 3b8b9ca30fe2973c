using System.Text;

namespace Gantry.Migrations;

/// <summary>The little that has to be known of SQL's text: blanks, comments, and a statement's first word.</summary>
internal static class SqlText
{
    private static readonly string[] TransactionWords = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];

    /// <summary>How many bytes of blanks and comments come first.</summary>
    public static int SkipBlank(ReadOnlySpan<byte> sql)
    {
        var at = 0;
        while (at < sql.Length)
        {
            if (sql[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f')
                at++;
            else if (sql[at..].StartsWith("--"u8))
                at = After(sql, at, "\n"u8);
            else if (sql[at..].StartsWith("/*"u8))
                at = After(sql, at + 2, "*/"u8);
            else
                break;
        }

        return at;
    }

    /// <summary>Whether the statement that begins here begins or ends a transaction.</summary>
    public static bool ControlsTransaction(ReadOnlySpan<byte> statement)
    {
        var end = statement.IndexOfAnyExceptInRange((byte)'A', (byte)'z');
        var word = end < 0 ? statement : statement[..end];
        foreach (var control in TransactionWords)
            if (Ascii.EqualsIgnoreCase(word, control))
                return true;
        return false;
    }

    private static int After(ReadOnlySpan<byte> sql, int from, ReadOnlySpan<byte> end) =>
        sql[from..].IndexOf(end) is var at and >= 0 ? from + at + end.Length : sql.Length;
}
