using System.Net;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Docker refused; the message is its own.</summary>
internal sealed class DockerException(HttpStatusCode status, string message) : Exception(message)
{
    /// <summary>Its HTTP status.</summary>
    public HttpStatusCode Status => status;

    /// <summary>Whether there is no such container or image.</summary>
    public bool IsNotFound => status == HttpStatusCode.NotFound;

    /// <summary>Whether it is in the way of what is there: a name that is taken, a container that runs or does not.</summary>
    public bool IsConflict => status == HttpStatusCode.Conflict;

    /// <summary>Whether Docker had no room.</summary>
    public bool IsDiskFull => Message.Contains("no space left", StringComparison.OrdinalIgnoreCase) || Message.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Docker's daemon does not answer, or went away while it did. Whether it did what it was asked to is not known.</summary>
internal sealed class DockerGoneException(string socket, Exception cause) : Exception($"Docker does not answer at {socket}: {cause.Message}", cause);
