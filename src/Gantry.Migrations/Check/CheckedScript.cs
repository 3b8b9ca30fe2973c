using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check;

/// <summary>One direction of a migration, read statement by statement.</summary>
internal sealed record CheckedScript
{
    /// <summary>The migration.</summary>
    public required Migration Migration { get; init; }

    /// <summary>How its project lays migrations out.</summary>
    public required MigrationLayout Layout { get; init; }

    /// <summary>Whose SQL it is.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>Its text and steps.</summary>
    public required MigrationScript Script { get; init; }

    /// <summary>Whether it goes forward. A way back runs when replicas are stopped already: rules about running ones leave it alone.</summary>
    public required bool Forward { get; init; }

    /// <summary>The schema before its first statement.</summary>
    public required DatabaseSchema Before { get; init; }

    /// <summary>The schema after its last statement.</summary>
    public required DatabaseSchema After { get; init; }

    /// <summary>In order.</summary>
    public required IReadOnlyList<CheckedStatement> Statements { get; init; }

    /// <summary>A finding about the script as a whole, or about something that is no piece of a statement.</summary>
    public Finding Find(RuleDescription rule, SourceSpan span, string message, string help) => new()
    {
        Rule = rule.Id,
        Severity = rule.Severity,
        Source = Script.Source,
        Span = span,
        Message = message,
        Help = help,
    };

    /// <summary>Where a finding about the whole script points: its first statement, or the file's beginning.</summary>
    public SourceSpan Beginning => Statements.Count > 0 ? FirstLine(Statements[0].Statement) : new SourceSpan(0, 0);

    /// <summary>The schema right after a statement.</summary>
    /// <param name="index">Its place in <see cref="Statements"/>.</param>
    public DatabaseSchema AfterStatement(int index) => index + 1 < Statements.Count ? Statements[index + 1].Before : After;

    /// <summary>The first line of a statement: a long one is known by it.</summary>
    public static SourceSpan FirstLine(Statement statement)
    {
        var text = statement.Source.Slice(statement.Span);
        var line = text.IndexOf('\n');
        return new SourceSpan(statement.Span.Start, line < 0 ? text.Length : line);
    }
}
