using System.Runtime.InteropServices;

namespace Gantry.Agent.Native;

/// <summary>
/// Starts a process in a session of its own. .NET's Process cannot: it has no setsid, no redirection to files,
/// and hands the agent's own standard streams down.
/// </summary>
internal static unsafe partial class Spawn
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;
    // More than any C library needs for its opaque structures (glibc: 336 and 80 bytes, a signal set 128).
    private const int OpaqueSize = 1024;

    /// <summary>Starts <paramref name="arguments"/>[0] with exactly this environment; standard input and output are /dev/null.</summary>
    /// <param name="arguments">Absolute path of the program, then its arguments.</param>
    /// <param name="environment"><c>NAME=value</c> each.</param>
    /// <param name="errorPath">File that standard error is appended to.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="IOException">It could not be started.</exception>
    public static int InOwnSession(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string errorPath) =>
        InOwnSession(arguments, environment, actions =>
        {
            _ = posix_spawn_file_actions_addopen((byte*)actions, 0, "/dev/null", Libc.O_RDONLY, 0);
            _ = posix_spawn_file_actions_addopen((byte*)actions, 1, "/dev/null", Libc.O_WRONLY, 0);
            _ = posix_spawn_file_actions_addopen((byte*)actions, 2, errorPath, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, 0b110_000_000);
        });

    /// <summary>The same on a terminal, which becomes the session's own.</summary>
    /// <param name="arguments">Absolute path of the program, then its arguments.</param>
    /// <param name="environment"><c>NAME=value</c> each.</param>
    /// <param name="terminal">Path of the terminal.</param>
    public static int OnTerminal(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string terminal) =>
        InOwnSession(arguments, environment, actions =>
        {
            // Whoever leads a session without a terminal gets the first that it opens.
            for (var fd = 0; fd <= 2; fd++)
                _ = posix_spawn_file_actions_addopen((byte*)actions, fd, terminal, Libc.O_RDWR, 0);
        });

    private static int InOwnSession(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, Action<nint> setStreams)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        _ = posix_spawn_file_actions_init(actions);
        _ = posix_spawnattr_init(attributes);
        var argv = Vector(arguments);
        var envp = Vector(environment);
        try
        {
            setStreams((nint)actions);
            // The runtime ignores SIGPIPE; a job that inherited that would never die of a closed pipe.
            _ = sigfillset(signals);
            _ = posix_spawnattr_setsigdefault(attributes, signals);
            _ = sigemptyset(signals);
            _ = posix_spawnattr_setsigmask(attributes, signals);
            _ = posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
            var error = posix_spawn(out var pid, arguments[0], actions, attributes, argv, envp);
            if (error != 0)
                throw new IOException($"Cannot start {arguments[0]}: {Marshal.GetPInvokeErrorMessage(error)}", error);
            return pid;
        }
        finally
        {
            Free(argv);
            Free(envp);
            _ = posix_spawnattr_destroy(attributes);
            _ = posix_spawn_file_actions_destroy(actions);
        }
    }

    private static byte** Vector(IReadOnlyList<string> strings)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        return vector;
    }

    private static void Free(byte** vector)
    {
        for (var p = vector; *p != null; p++)
            Marshal.FreeCoTaskMem((nint)(*p));
        NativeMemory.Free(vector);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* signals);
}
