namespace Gantry.Model.States;

/// <summary>Where a fleet is in its life.</summary>
public enum FleetStatus
{
    /// <summary>Just stored.</summary>
    Submitted,
    /// <summary>Its hosts are in use, or being made ready.</summary>
    Active,
    /// <summary>Its hosts are being left as they were found.</summary>
    Terminating,
    /// <summary>Gone.</summary>
    Terminated,
    /// <summary>It could not be made.</summary>
    Failed,
}
