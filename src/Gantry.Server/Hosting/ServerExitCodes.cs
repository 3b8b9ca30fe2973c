namespace Gantry.Server.Hosting;

/// <summary>How <c>gantry-server</c> ends.</summary>
internal static class ServerExitCodes
{
    /// <summary>It was asked to stop, and did.</summary>
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>It could not start: no room, no rights, a port that is taken, a database that it cannot serve.</summary>
    public const int CannotStart = 3;

    /// <summary>Another server holds this home.</summary>
    public const int AlreadyRunning = 4;

    /// <summary>The database could not be brought to this build's schema. It is at its last good revision, and the report says why.</summary>
    public const int UpgradeFailed = 5;
}
