using System.Runtime.InteropServices;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Native;
using Gantry.Agent.Streams;
using Gantry.Model.Link;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Ssh;

/// <summary><c>gantry-agent enter SOCKET CONTAINER</c>: what sshd runs for a session into a container: asks Docker for a command there and carries its streams.</summary>
internal static class ContainerEntry
{
    private const nuint GetSize = 0x5413;
    private const int AttributesSize = 256;

    /// <summary>Runs it to its end; the exit status is the command's.</summary>
    public static async Task<int> RunAsync(string dockerSocket, string container)
    {
        using var api = new DockerApi(dockerSocket);
        var isTerminal = Libc.isatty(0) == 1;
        var (columns, rows) = isTerminal ? Size() : (0, 0);
        var start = new ExecStart
        {
            Command = Environment.GetEnvironmentVariable("SSH_ORIGINAL_COMMAND") switch
            {
                null or "" => [],
                SshdSettings.SftpCommand => ["/bin/sh", "-c", SshdSettings.FindSftp],
                var wanted => ["/bin/sh", "-c", wanted],
            },
            Tty = isTerminal,
            Interactive = true,
            Term = Environment.GetEnvironmentVariable("TERM"),
            Columns = columns,
            Rows = rows,
        };
        try
        {
            await api.VersionAsync(CancellationToken.None);
            await using var command = await ContainerCommand.StartAsync(api, container, start, CancellationToken.None);
            return await CarryAsync(command, isTerminal);
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException or IOException)
        {
            await Console.Error.WriteLineAsync($"The container can not be entered: {exception.Message}");
            return 255;
        }
    }

    private static async Task<int> CarryAsync(ContainerCommand command, bool isTerminal)
    {
        var before = isTerminal ? MakeRaw() : null;
        using var onResize = isTerminal ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize(command)) : null;
        try
        {
            await using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            await using var error = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            // Ends with the process: a terminal's read can not be cancelled.
            _ = Task.Run(() => InputAsync(command));
            await command.PumpAsync((isError, bytes) => (isError ? error : output).WriteAsync(bytes), CancellationToken.None);
            return await command.ExitAsync(CancellationToken.None);
        }
        finally
        {
            if (before is not null)
                Restore(before);
        }
    }

    private static async Task InputAsync(ContainerCommand command)
    {
        try
        {
            await using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var buffer = new byte[32 << 10];
            while (await input.ReadAsync(buffer) is > 0 and var length)
                await command.WriteInputAsync(buffer.AsMemory(0, length), CancellationToken.None);
            command.EndInput();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The command has ended.
        }
    }

    private static void Resize(ContainerCommand command)
    {
        var (columns, rows) = Size();
        _ = command.ResizeAsync(columns, rows).AsTask();
    }

    private static unsafe (int Columns, int Rows) Size()
    {
        var size = stackalloc ushort[4];
        return Libc.ioctl(0, GetSize, size) == 0 ? (size[1], size[0]) : (80, 24);
    }

    private static unsafe byte[]? MakeRaw()
    {
        var before = new byte[AttributesSize];
        fixed (byte* saved = before)
        {
            if (Libc.tcgetattr(0, saved) != 0)
                return null;
            var raw = stackalloc byte[AttributesSize];
            before.CopyTo(new Span<byte>(raw, AttributesSize));
            Libc.cfmakeraw(raw);
            return Libc.tcsetattr(0, 0, raw) == 0 ? before : null;
        }
    }

    private static unsafe void Restore(byte[] before)
    {
        fixed (byte* saved = before)
            _ = Libc.tcsetattr(0, 0, saved);
    }
}
