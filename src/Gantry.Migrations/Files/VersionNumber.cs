namespace Gantry.Migrations.Files;

/// <summary>
/// A version as tools number their migrations by: digits in parts (<c>7</c>, <c>2.10.1</c>, <c>20241105120000</c>), of any length. Zeros in front of a
/// part and parts of zero at the end do not count, as Flyway has it.
/// </summary>
internal sealed class VersionNumber : IComparable<VersionNumber>, IEquatable<VersionNumber>
{
    private readonly string[] _parts;

    /// <param name="text">Digits, separated by dots, underscores or hyphens.</param>
    public VersionNumber(string text)
    {
        var parts = text.Split('.', '_', '-').Select(part => part.TrimStart('0')).ToList();
        while (parts.Count > 1 && parts[^1].Length == 0)
            parts.RemoveAt(parts.Count - 1);
        _parts = [.. parts];
    }

    /// <inheritdoc/>
    public int CompareTo(VersionNumber? other)
    {
        if (other is null)
            return 1;

        for (var i = 0; i < Math.Max(_parts.Length, other._parts.Length); i++)
        {
            var (mine, its) = (i < _parts.Length ? _parts[i] : "", i < other._parts.Length ? other._parts[i] : "");
            // Without leading zeros the longer number is the larger one: timestamps need no integer that holds them.
            var order = mine.Length != its.Length ? mine.Length.CompareTo(its.Length) : string.CompareOrdinal(mine, its);
            if (order != 0)
                return order;
        }
        return 0;
    }

    /// <inheritdoc/>
    public bool Equals(VersionNumber? other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VersionNumber);

    /// <inheritdoc/>
    public override int GetHashCode() => string.Join('.', _parts).GetHashCode(StringComparison.Ordinal);
}
