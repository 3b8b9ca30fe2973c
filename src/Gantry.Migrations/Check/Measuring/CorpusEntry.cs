namespace Gantry.Migrations.Check.Measuring;

/// <summary>A labelled migration: what a check must find in it, and nothing else.</summary>
public sealed record CorpusEntry
{
    /// <summary>Unique in the corpus.</summary>
    public required string Id { get; init; }

    /// <summary>The file that it stands in.</summary>
    public required string File { get; init; }

    /// <summary>The engines that it is for.</summary>
    public required IReadOnlyList<Dialect> Dialects { get; init; }

    /// <summary>Ids of the rules that must report an error.</summary>
    public required IReadOnlySet<string> Errors { get; init; }

    /// <summary>Ids of the rules that must report a warning.</summary>
    public required IReadOnlySet<string> Warnings { get; init; }

    /// <summary>Where such statements come from, and what is right or wrong with it.</summary>
    public required string About { get; init; }

    /// <summary>The shared schema that it starts from; null for an empty database.</summary>
    public string? Schema { get; init; }

    /// <summary>Statements on top of the schema, before the migration.</summary>
    public string Given { get; init; } = "";

    /// <summary>The migration.</summary>
    public required string Migration { get; init; }

    /// <summary>Its way back; null when the entry says nothing of one, empty when it has none.</summary>
    public string? Down { get; init; }

    /// <summary>What makes its triggers fire or calls its functions, when it is run on an engine.</summary>
    public string Then { get; init; } = "";

    /// <summary>The error code that an engine must end it with, where that follows from no label.</summary>
    public string? Fails { get; init; }

    /// <summary>Why it cannot be run on an engine by a test; null when it can.</summary>
    public string? NotRun { get; init; }
}
