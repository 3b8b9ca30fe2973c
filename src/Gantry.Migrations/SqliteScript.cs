using System.Text;
using SQLitePCL;

namespace Gantry.Migrations;

/// <summary>
/// Runs a script statement by statement. SQLite itself says where a statement ends (it knows quotes, comments, and the
/// BEGIN … END of triggers), so there is no second parser here that could disagree with it.
/// </summary>
internal static class SqliteScript
{
    /// <summary>Runs all statements on this connection, within the transaction that the caller began.</summary>
    /// <exception cref="SqliteScriptException">A statement failed, or would begin or end a transaction.</exception>
    public static void Run(sqlite3 database, string script, string scriptName, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(script);
        var offset = 0;
        var number = 0;
        while (true)
        {
            var start = offset + SqlText.SkipBlank(bytes.AsSpan(offset));
            if (start == bytes.Length)
                return;

            cancellationToken.ThrowIfCancellationRequested();
            number++;
            offset = RunOne(database, bytes, start, number, scriptName);
        }
    }

    private static int RunOne(sqlite3 database, byte[] script, int start, int number, string scriptName)
    {
        var rest = script.AsSpan(start);
        if (SqlText.ControlsTransaction(rest))
            throw Failed(script, start, FirstLineLength(rest), number, scriptName, 0, "", controlsTransaction: true);

        var code = raw.sqlite3_prepare_v2(database, rest, out var statement, out var tail);
        using (statement)
        {
            if (code != raw.SQLITE_OK)
                throw Failed(script, start, FirstLineLength(rest), number, scriptName, database);

            var length = rest.Length - tail.Length;
            // A stray semicolon is no statement.
            if (statement.IsInvalid)
                return start + length;

            do
                code = raw.sqlite3_step(statement);
            while (code == raw.SQLITE_ROW);

            if (code != raw.SQLITE_DONE)
                throw Failed(script, start, length, number, scriptName, database);
            return start + length;
        }
    }

    /// <summary>What could not be parsed has no known end: its first line must do.</summary>
    private static int FirstLineLength(ReadOnlySpan<byte> rest) => rest.IndexOf((byte)'\n') is var end and >= 0 ? end : rest.Length;

    private static SqliteScriptException Failed(byte[] script, int start, int length, int number, string scriptName, sqlite3 database) =>
        Failed(script, start, length, number, scriptName, raw.sqlite3_extended_errcode(database), raw.sqlite3_errmsg(database).utf8_to_string(), false);

    private static SqliteScriptException Failed(
        byte[] script, int start, int length, int number, string scriptName, int code, string message, bool controlsTransaction)
    {
        var before = script.AsSpan(0, start);
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        var text = Encoding.UTF8.GetString(script, start, length).Trim();
        return new SqliteScriptException(new FailedStatement(scriptName, number, line, column, text, code, message), controlsTransaction);
    }
}

/// <summary>A statement of a script was refused.</summary>
internal sealed class SqliteScriptException(FailedStatement statement, bool controlsTransaction) : Exception(statement.EngineMessage)
{
    public FailedStatement Statement { get; } = statement;

    /// <summary>It was not given to the engine, since it begins or ends a transaction.</summary>
    public bool ControlsTransaction { get; } = controlsTransaction;
}
