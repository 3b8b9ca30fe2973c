using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Agent.Native;

namespace Gantry.Agent.Spool;

/// <summary>Reading and writing of the spool's small files, so that a reader sees a whole one or none.</summary>
internal static class SpoolFiles
{
    private const int OwnerOnly = 0b110_000_000;

    /// <summary>Writes aside, renames.</summary>
    /// <param name="path">The file.</param>
    /// <param name="value">Its content.</param>
    /// <param name="type">How to write it.</param>
    /// <param name="flush">Whether it must survive a loss of power.</param>
    /// <exception cref="IOException">It could not be written; the error code is the operating system's.</exception>
    public static void WriteWhole<T>(string path, T value, JsonTypeInfo<T> type, bool flush)
    {
        var aside = path + ".tmp";
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
            WriteNew(aside, bytes, flush);
            File.Move(aside, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Creates or replaces a file for the owner only.</summary>
    /// <exception cref="IOException">It could not be written; the error code is the operating system's.</exception>
    public static unsafe void WriteNew(string path, ReadOnlySpan<byte> bytes, bool flush = false)
    {
        File.Delete(path);
        var fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, OwnerOnly);
        if (fd < 0)
            throw Libc.Error("Cannot create " + Path.GetFileName(path));
        try
        {
            while (!bytes.IsEmpty)
            {
                nint written;
                fixed (byte* first = bytes)
                    written = Libc.write(fd, first, bytes.Length);
                if (written < 0)
                    throw Libc.Error("Cannot write " + Path.GetFileName(path));
                bytes = bytes[(int)written..];
            }
            if (flush && Libc.fsync(fd) != 0)
                throw Libc.Error("Cannot flush " + Path.GetFileName(path));
        }
        finally
        {
            _ = Libc.close(fd);
        }
    }

    /// <summary>Creates an empty file; false when it is there already. At most one caller ever gets true.</summary>
    /// <exception cref="IOException">It could not be created for another reason.</exception>
    public static bool TryCreate(string path)
    {
        var fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, OwnerOnly);
        if (fd < 0)
            return File.Exists(path) ? false : throw Libc.Error("Cannot create " + Path.GetFileName(path));
        _ = Libc.close(fd);
        return true;
    }

    /// <summary>Makes the names in a directory survive a loss of power.</summary>
    public static void FlushDirectory(string path)
    {
        var fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            throw Libc.Error("Cannot open " + path);
        _ = Libc.fsync(fd);
        _ = Libc.close(fd);
    }

    /// <summary>Reads a file; null when there is none.</summary>
    /// <exception cref="JsonException">It is there and is not what it should be (truncated, damaged).</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        if (Text(path) is not { } text)
            return null;
        return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("The file says null.");
    }

    /// <summary>A file's text; null when there is none.</summary>
    public static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
