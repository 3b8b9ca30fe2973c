using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check;

/// <summary>A statement in its place: the step it is in, the schema around it, the transaction that it is part of.</summary>
internal sealed record CheckedStatement
{
    /// <summary>The statement.</summary>
    public required Statement Statement { get; init; }

    /// <summary>The step it is in.</summary>
    public required MigrationStep Step { get; init; }

    /// <summary>The schema that it meets.</summary>
    public required DatabaseSchema Before { get; init; }

    /// <summary>Statements with the same number are committed together.</summary>
    public required int Transaction { get; init; }

    /// <summary>Whether it surely runs inside a transaction: its tool wraps it, or a BEGIN stands before it.</summary>
    public required bool InTransaction { get; init; }

    /// <summary>Whether it goes forward.</summary>
    public required bool Forward { get; init; }

    /// <summary>The migration's own declarations.</summary>
    public required Migration Migration { get; init; }

    /// <summary>The schema before the script's first statement.</summary>
    public required DatabaseSchema BeforeScript { get; init; }

    /// <summary>Whose SQL it is.</summary>
    public Dialect Dialect => Before.Dialect;

    /// <summary>What the database does when it meets this statement: the statement itself, or what stands in a DO block. Bodies of triggers and functions run later.</summary>
    public IEnumerable<Statement> Running => Flatten(Statement);

    /// <summary>All statements in it, at any depth, itself first.</summary>
    public IEnumerable<StatementWithin> Statements => Within(Statement, runs: true);

    /// <summary>
    /// Whether the table was there, with whatever rows it has, before this script began. What the script made itself is empty and nobody else's; what no
    /// schema knows must have been there, or the statement fails.
    /// </summary>
    public bool Existed(ObjectName table) =>
        BeforeScript.Find(table.Full) is not null
        || Before.Find(table.Full) is null && !Statement.All().OfType<CreateTableStatement>().Any(made => Before.Names.Equals(made.Name.Full, table.Full));

    /// <summary>A finding about a piece of <see cref="Statement"/>.</summary>
    /// <param name="rule">Who finds it.</param>
    /// <param name="owner">The statement in which the piece stands: it names the text.</param>
    /// <param name="piece">What to point at.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="help">What to do instead.</param>
    public static Finding Find(RuleDescription rule, Statement owner, SyntaxNode piece, string message, string help) => new()
    {
        Rule = rule.Id,
        Severity = rule.Severity,
        Source = owner.Source,
        Span = piece.Span,
        Message = message,
        Help = help,
    };

    private static IEnumerable<StatementWithin> Within(Statement statement, bool runs)
    {
        yield return new StatementWithin(statement, runs);
        var later = statement is CreateTriggerStatement or CreateFunctionStatement;
        foreach (var nested in Nearest(statement))
            foreach (var within in Within(nested, runs && !later))
                yield return within;
    }

    // Statements inside, without those inside of them.
    private static IEnumerable<Statement> Nearest(SyntaxNode node)
    {
        foreach (var child in node.Children)
        {
            if (child is Statement statement)
                yield return statement;
            else
                foreach (var nested in Nearest(child))
                    yield return nested;
        }
    }

    private static IEnumerable<Statement> Flatten(Statement statement) =>
        statement is DoStatement block ? block.Body.SelectMany(Flatten) : [statement];
}

/// <summary>A statement that stands alone or inside another one.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Runs">Whether it runs with the migration; false in the body of a trigger or a function, which runs later.</param>
internal readonly record struct StatementWithin(Statement Statement, bool Runs);
