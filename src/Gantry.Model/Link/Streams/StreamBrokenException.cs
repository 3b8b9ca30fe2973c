namespace Gantry.Model.Link.Streams;

/// <summary>A stream was refused or broken off, or its link was lost. The message is a sentence for people.</summary>
public sealed class StreamBrokenException(string message) : IOException(message);
