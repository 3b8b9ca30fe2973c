using Gantry.Migrations.Rehearse.Scratch;

namespace Gantry.Migrations.Rehearse;

/// <summary>Something that a trial found wrong.</summary>
/// <param name="Rule">What was asked.</param>
/// <param name="Engine">On which engine; null when it takes both to see it.</param>
/// <param name="Message">What happened, as a sentence.</param>
/// <param name="Evidence">The rows or parts that show it.</param>
internal sealed record Fault(RehearsalRule Rule, Dialect? Engine, string Message, IReadOnlyList<string> Evidence)
{
    /// <summary>The statement that failed; null when none did.</summary>
    public ScriptFailure? Failure { get; init; }

    /// <summary>Two faults with the same name are one: the first scenario that shows it is enough.</summary>
    public (RehearsalRule, Dialect?, int) Id => (Rule, Engine, Failure?.Number ?? 0);
}
