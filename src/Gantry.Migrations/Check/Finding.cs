using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check;

/// <summary>Something that a rule has to say about a place in a script.</summary>
public sealed record Finding
{
    /// <summary>Id of the rule.</summary>
    public required string Rule { get; init; }

    /// <summary>How much it weighs.</summary>
    public required Severity Severity { get; init; }

    /// <summary>The file.</summary>
    public required SourceText Source { get; init; }

    /// <summary>Where in the file. The smallest stretch that shows what is wrong.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>What is wrong, with the names of this statement's tables and columns. Whole sentences.</summary>
    public required string Message { get; init; }

    /// <summary>What to do instead. Whole sentences.</summary>
    public required string Help { get; init; }

    /// <summary>The statement as it should be; null where it cannot be derived. Meant to be read before it is used.</summary>
    public string? Suggestion { get; init; }

    /// <summary>A query that changes nothing and returns a row for each case in today's data that would go wrong; null where there is none.</summary>
    public string? CountQuery { get; init; }

    /// <summary>Line and column of its first character.</summary>
    public SourcePosition Position => Source.At(Span.Start);
}
