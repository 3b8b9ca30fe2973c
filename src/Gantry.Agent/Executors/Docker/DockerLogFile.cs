namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Docker's own file of a container's output: one line of JSON a message. When its disk has no room, Docker drops what the container writes and goes on: nothing that its API says shows it,
/// and the container never knows. But the first message that finds too little room is written as far as there is some, and what comes later follows right on it. By that scar the loss is seen.
/// </summary>
internal static class DockerLogFile
{
    private const int Piece = 1 << 20;

    /// <summary>Whether Docker lost some of the output; null where the file can not be read, as where the agent is not root.</summary>
    public static bool? HasScar(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return HasScar(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same of what stands in it.</summary>
    public static bool HasScar(Stream lines)
    {
        var buffer = new byte[Piece];
        var length = 0;
        while (lines.Read(buffer, length, buffer.Length - length) is > 0 and var read)
        {
            length += read;
            var rest = buffer.AsSpan(0, length);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (IsScar(rest[..end]))
                    return true;
                rest = rest[(end + 1)..];
            }
            // A message is 16 KiB at most: no line is so long.
            if (rest.Length == buffer.Length)
                return true;
            rest.CopyTo(buffer);
            length = rest.Length;
        }
        // It ends with a line that was begun.
        return length > 0;
    }

    // In what a container wrote, each quotation mark has a backslash before it: a second beginning is one of Docker's.
    private static bool IsScar(ReadOnlySpan<byte> line) => line.LastIndexOf("{\"log\":\""u8) > 0 || !line.EndsWith("\"}"u8);
}
