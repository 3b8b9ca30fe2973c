namespace Gantry.Storage.Logs;

/// <summary>Tells a full disk from other errors of input and output.</summary>
internal static class DiskFull
{
    // ENOSPC and EDQUOT of Linux (28, 122) and of macOS (28, 69); .NET puts them into HResult as they are.
    public static bool Is(IOException error) => error.HResult is 28 or 122 or 69;
}
