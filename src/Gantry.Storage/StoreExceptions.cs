namespace Gantry.Storage;

/// <summary>The disk that holds the database is full: nothing was changed. The next write works again once there is room.</summary>
public sealed class StoreFullException(string message, Exception? inner = null) : Exception(message, inner);
