namespace Gantry.Model.Link.Streams;

/// <summary>Serves the streams of one kind that the other side opens.</summary>
public interface IStreamHandler
{
    /// <summary>One of <see cref="StreamKinds"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Serves one stream until its end: calls <see cref="LinkStream.Accept"/> once what was asked for is there. The stream is closed when this returns; an
    /// <see cref="IOException"/> breaks it off, or refuses it, and its message goes to the other side: it has to be a sentence for people.
    /// </summary>
    /// <param name="order">What the other side asked for.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="ended">Cancelled when the stream is broken off, by the other side or with the link.</param>
    Task ServeAsync(OpenStream order, LinkStream stream, CancellationToken ended);
}
