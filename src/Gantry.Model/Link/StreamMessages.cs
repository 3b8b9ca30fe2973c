namespace Gantry.Model.Link;

// Byte streams on a link, beside its control messages and logs: a shell in a job, a port of it, a blob. Either side opens one, at any time, many at once.
// Both ends may send as soon as it is opened, each as far as the other's credit reaches (LinkProtocol.InitialStreamCredit at first). Data are binary
// frames (StreamFrame), in order. Only peers that both said LinkProtocol.StreamsFeature in their hellos use streams.

/// <summary>Either side → the other: begins a stream.</summary>
public sealed class OpenStream : LinkMessage
{
    /// <summary>The stream: positive when the server opens it, negative when the agent does. Never used again on this connection; set by whoever opens it.</summary>
    public long StreamId { get; set; }
    /// <summary>What the stream is for: one of <see cref="StreamKinds"/>. A kind that the other side does not know is refused.</summary>
    public required string Kind { get; init; }
    /// <summary>The job that it goes into; null for one that concerns the host.</summary>
    public Guid? JobId { get; init; }
    /// <summary>What exactly, where the kind has a choice: a port of the job, the hash of a blob.</summary>
    public string? Target { get; init; }
    /// <summary>Public keys that may log in, in OpenSSH's form: of streams of kind <see cref="StreamKinds.Attach"/>.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init => field = value ?? []; } = [];
}

/// <summary>Answer to <see cref="OpenStream"/>: what it asked for is there. A refusal is a <see cref="StreamClosed"/> with an error.</summary>
public sealed class StreamOpened : LinkMessage
{
    /// <summary>The stream.</summary>
    public required long StreamId { get; init; }
}

/// <summary>Either side → the other: it sends no more on this stream, and unless <see cref="Half"/> reads no more either. Comes behind its data.</summary>
public sealed class StreamClosed : LinkMessage
{
    /// <summary>The stream.</summary>
    public required long StreamId { get; init; }
    /// <summary>Whether the sender goes on reading. The stream is over once both sides have closed.</summary>
    public bool Half { get; init; }
    /// <summary>Why it was broken off, or could not be opened: a sentence for people. Null for an ordinary end.</summary>
    public string? Error { get; init; }
}

/// <summary>Either side → the other: it may send so many more bytes on this stream.</summary>
public sealed class StreamCredit : LinkMessage
{
    /// <summary>The stream.</summary>
    public required long StreamId { get; init; }
    /// <summary>Bytes, more than 0.</summary>
    public required long Bytes { get; init; }
}

/// <summary>What streams are for.</summary>
public static class StreamKinds
{
    /// <summary>Server → agent: a command in a job; the bytes are <see cref="ExecFrames"/>.</summary>
    public const string Exec = "exec";
    /// <summary>Server → agent: a connection to a port or Unix socket in the job's network; the target is <c>8501</c> or an absolute path.</summary>
    public const string Forward = "forward";
    /// <summary>Server → agent: an SSH connection into the job.</summary>
    public const string Attach = "attach";
    /// <summary>Agent → server: content by its hash.</summary>
    public const string Blob = "blob";
}
