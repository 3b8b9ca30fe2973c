using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>A script's statements with the step that each stands in.</summary>
internal sealed record ScriptStatement(MigrationStep Step, StatementText Statement, int Number)
{
    // The rehearsal is one transaction of its own; scripts of other tools often bring theirs.
    private static readonly string[] Transaction = ["BEGIN", "COMMIT", "END", "ROLLBACK", "START", "SAVEPOINT", "RELEASE"];

    /// <summary>The statements that an engine is given: without those that begin and end transactions, and without lines for a client program.</summary>
    public static List<ScriptStatement> Of(MigrationScript script, Dialect dialect)
    {
        var statements = new List<ScriptStatement>();
        foreach (var step in script.Steps)
            foreach (var statement in StatementSplitter.Split(script.Source, step.Span, dialect))
                if (!statement.IsMetaCommand && !Transaction.Contains(statement.Verb) && !(statement.Verb is "VACUUM"))
                    statements.Add(new ScriptStatement(step, statement, statements.Count + 1));
        return statements;
    }

    /// <summary>Whether it gives an enum one more label, which PostgreSQL lets nobody use before that is committed.</summary>
    public bool AddsLabel => Statement.Verb == "ALTER" && Statement.Tokens is [_, var type, ..] && type.Is("TYPE") && ValueAt >= 0;

    /// <summary>The same, where the label is there already.</summary>
    public string TextWithLabelThere
    {
        get
        {
            var end = Statement.Tokens[ValueAt].Span.End - Statement.Span.Start;
            return MindsLabelThere ? Statement.Text.Insert(end, " IF NOT EXISTS") : Statement.Text;
        }
    }

    /// <summary>Whether it fails where the label is there already, as it is after every way back: PostgreSQL takes none away.</summary>
    public bool MindsLabelThere => AddsLabel && !Statement.Tokens[ValueAt + 1].Is("IF");

    /// <summary>PostgreSQL: whether a statement failed only because it uses a label that another step of a chain adds, which is committed by then.</summary>
    public static bool UsesLabelOfEarlierStep(MigrationScript script, ScriptFailure failure)
    {
        var statements = Of(script, Dialect.Postgres);
        return failure.Code == RehearsalHint.UnsafeNewLabel && !script.IsOneTransaction
            && !statements.Exists(statement => statement.AddsLabel && statement.Step == statements[failure.Number - 1].Step);
    }

    private int ValueAt => Enumerable.Range(1, Math.Max(Statement.Tokens.Count - 2, 0)).FirstOrDefault(i => Statement.Tokens[i].Is("VALUE") && Statement.Tokens[i - 1].Is("ADD"), -1);

    /// <summary>Whether it is to run outside a transaction.</summary>
    public bool IsConcurrent => Statement.Tokens.Any(token => token.Is("CONCURRENTLY"));

    /// <summary>What it is made of when it runs within a transaction: an index cannot be built CONCURRENTLY there, and needs not to be, on a table that nobody else sees.</summary>
    public string TextInTransaction =>
        Step.Kind != StepKind.Concurrent && !Statement.Tokens.Any(token => token.Is("CONCURRENTLY")) ? Statement.Text
        : string.Concat(Statement.Tokens.Take(Statement.Tokens.Count - 1).Select((token, i) =>
            (i == 0 ? "" : Statement.Source.Text[Statement.Tokens[i - 1].Span.End..token.Span.Start])
            + (token.Is("CONCURRENTLY") ? "" : Statement.Source.Text.Substring(token.Span.Start, token.Span.Length))));

    public ScriptFailure Failed(string code, string message, bool verify = false)
    {
        var position = Statement.Position;
        return new ScriptFailure(verify, Number, position.Line, position.Column, Statement.Text, code, message);
    }
}
