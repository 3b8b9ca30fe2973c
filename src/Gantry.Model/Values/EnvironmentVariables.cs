using System.Collections;

namespace Gantry.Model.Values;

/// <summary>Environment variables in the order given. A null value has to come from the environment of whoever applies.</summary>
public sealed class EnvironmentVariables(IEnumerable<KeyValuePair<string, string?>> entries)
    : IReadOnlyList<KeyValuePair<string, string?>>, IEquatable<EnvironmentVariables>
{
    private readonly List<KeyValuePair<string, string?>> entries = [.. entries];

    /// <summary>No variables.</summary>
    public static EnvironmentVariables Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, string?> this[int index] => entries[index];

    /// <inheritdoc/>
    public bool Equals(EnvironmentVariables? other) => other is not null && entries.SequenceEqual(other.entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EnvironmentVariables);

    /// <inheritdoc/>
    public override int GetHashCode() => entries.Count == 0 ? 0 : HashCode.Combine(entries.Count, entries[0].Key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
