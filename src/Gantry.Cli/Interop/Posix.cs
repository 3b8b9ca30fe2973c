using System.Runtime.InteropServices;

namespace Gantry.Cli.Interop;

/// <summary>The few calls of the system that .NET has no method for.</summary>
internal static partial class Posix
{
    public const int Terminate = 15;
    public const int Interrupted = 4;
    public const int BrokenPipe = 32;
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollEntry* entries, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "fopen", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OpenFile(string path, string mode);

    [LibraryImport("libc", EntryPoint = "fileno")]
    public static partial int DescriptorOf(nint file);

    [LibraryImport("libc", EntryPoint = "fclose")]
    public static partial int CloseFile(nint file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironment(string name, string value, int overwrite);

    /// <summary>Becomes another program; returns only when that failed, with the reason.</summary>
    public static string Become(string path, IEnumerable<string> arguments)
    {
        // The array of the new program's arguments ends with a null.
        Execute(path, [path, .. arguments, null]);
        return Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
