namespace Gantry.Migrations.Check.Proofs;

/// <summary>Whether a query gives at most one row.</summary>
/// <param name="Proved">It does, whatever the data.</param>
/// <param name="Loose">Why it was not proved.</param>
internal sealed record Verdict(bool Proved, IReadOnlyList<Loose> Loose)
{
    /// <summary>At most one row.</summary>
    public static Verdict OneRow { get; } = new(true, []);

    /// <summary>Not proved, for one reason.</summary>
    public static Verdict Not(string why, Relation? relation = null) => new(false, [new Loose(relation, why)]);
}

/// <summary>Something that may give many rows.</summary>
/// <param name="Relation">Which of the query's tables; null when it is the query itself.</param>
/// <param name="Why">A clause that follows the name of the table: <c>no unique key of it is bound</c>.</param>
internal sealed record Loose(Relation? Relation, string Why)
{
    /// <summary>The columns that would make it one row, of the key that comes nearest; empty when it has no key.</summary>
    public IReadOnlyList<string> MissingKey { get; init; } = [];
}

/// <summary>How many queries inside of queries a proof may still look at, so that no statement keeps it busy for ever.</summary>
internal sealed class ProofLimit
{
    private int _left = 400;

    /// <summary>Whether one more may be looked at.</summary>
    public bool Take() => --_left >= 0;
}

/// <summary>A column that has the same value in all rows that are left.</summary>
/// <param name="Strict">The value is not NULL.</param>
/// <param name="Collation">Under which the values are equal; empty when they are identical.</param>
internal sealed record Pin(bool Strict, string Collation);
