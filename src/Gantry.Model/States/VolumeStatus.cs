namespace Gantry.Model.States;

/// <summary>Where a volume is in its life.</summary>
public enum VolumeStatus
{
    /// <summary>Just stored: which host holds it is not known yet, and has to be before it can be used.</summary>
    Submitted,
    /// <summary>Its host was told to make it, or to look for it, and has not answered yet.</summary>
    Provisioning,
    /// <summary>It can be mounted.</summary>
    Active,
    /// <summary>Its host could not make it, or does not have it.</summary>
    Failed,
}
