namespace Gantry.Agent.Volumes;

/// <summary>How much is in a directory, found out gently: jobs come first.</summary>
internal static class VolumeSize
{
    /// <summary>Beyond so many files the answer would cost more than it is worth.</summary>
    private const int MostFiles = 2_000_000;

    private const int FilesAtOnce = 2000;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of its files; null when there are too many of them, or it can not be read.</summary>
    public static async Task<long?> UsedAsync(string directory, TimeProvider time, CancellationToken cancellation)
    {
        var (bytes, files) = (0L, 0);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        try
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", options))
            {
                bytes += Length(file);
                if (++files == MostFiles)
                    return null;
                if (files % FilesAtOnce == 0)
                    await Task.Delay(Rest, time, cancellation);
            }
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Bytes that are free on its disk; null when that can not be told.</summary>
    public static long? Free(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            // It went while the directory was read.
            return 0;
        }
    }
}
