namespace Gantry.Model.Values;

/// <summary>A duration (<c>90s</c>, <c>2h</c>, <c>1d</c>, seconds as a number) or <c>off</c>.</summary>
/// <param name="Duration">Null is <c>off</c>: no limit.</param>
public readonly record struct DurationOrOff(TimeSpan? Duration)
{
    /// <summary>No limit.</summary>
    public static DurationOrOff Off => new(null);
    /// <summary>Whether it is <c>off</c>.</summary>
    public bool IsOff => Duration is null;
}
