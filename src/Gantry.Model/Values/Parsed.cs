using System.Diagnostics.CodeAnalysis;

namespace Gantry.Model.Values;

/// <summary>A value read from text, or why it could not be read.</summary>
/// <param name="Value">The value; meaningless when there is an <paramref name="Error"/>.</param>
/// <param name="Error">What is wrong, as the end of a sentence; null when all is well.</param>
public readonly record struct Parsed<T>(T Value, string? Error)
{
    /// <summary>Whether the value was read.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    /// <summary>The same text read further.</summary>
    public Parsed<TNext> Then<TNext>(Func<T, Parsed<TNext>> next) => Ok ? next(Value) : new(default!, Error);
}

/// <summary>Makes <see cref="Parsed{T}"/> values.</summary>
public static class Parsed
{
    /// <summary>It was read.</summary>
    public static Parsed<T> Ok<T>(T value) => new(value, null);

    /// <summary>It could not be read.</summary>
    public static Parsed<T> Error<T>(string error) => new(default!, error);
}
