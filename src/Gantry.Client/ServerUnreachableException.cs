namespace Gantry.Client;

/// <summary>No answer came from the server: it is not there, or the connection broke. Whether a request was carried out is then unknown.</summary>
public sealed class ServerUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
