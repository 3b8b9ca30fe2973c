using System.Buffers.Binary;
using System.Net.Sockets;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Streams;

/// <summary>A command in a container, by Docker's exec.</summary>
internal sealed class ContainerCommand : EnteredCommand
{
    // Any shell will do, a better one is taken.
    private static readonly string[] AnyShell = ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash; exec sh"];
    private const int HeaderSize = 8;
    private const int StandardError = 2;

    private readonly DockerExecs _execs;
    private readonly string _id;
    private readonly bool _tty;
    private readonly Socket _connection;
    private byte[] _first;
    private bool _hasEnded;

    private ContainerCommand(DockerExecs execs, string id, bool tty, Socket connection, byte[] first) =>
        (_execs, _id, _tty, _connection, _first) = (execs, id, tty, connection, first);

    /// <summary>Starts one.</summary>
    /// <exception cref="DockerException">Docker refused: the container does not run.</exception>
    /// <exception cref="DockerGoneException">Docker does not answer.</exception>
    public static async Task<ContainerCommand> StartAsync(DockerApi api, string container, ExecStart start, CancellationToken cancellation)
    {
        var execs = new DockerExecs(api);
        var id = await execs.CreateAsync(
            container,
            new DockerExecCreate
            {
                AttachStdin = start.Interactive,
                Tty = start.Tty,
                Env = start is { Tty: true, Term: { Length: > 0 } term } ? [$"TERM={term}"] : null,
                Cmd = start.Command.Count > 0 ? start.Command : AnyShell,
            },
            cancellation);
        var (connection, first) = await execs.StartAsync(id, start.Tty, cancellation);
        var command = new ContainerCommand(execs, id, start.Tty, connection, first);
        if (start is { Tty: true, Columns: > 0, Rows: > 0 })
            await command.ResizeAsync(start.Columns, start.Rows);
        return command;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _connection.SendAsync(bytes, cancellation)..];
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public override void EndInput()
    {
        try
        {
            _connection.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public override async Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        var buffer = new byte[32 << 10];
        // Without a terminal: stream (1 byte), 3 bytes of nothing, length (4 bytes, big-endian), then the piece.
        var header = new byte[HeaderSize];
        while (true)
        {
            var left = int.MaxValue;
            if (!_tty)
            {
                if (!await TryFillAsync(header, cancellation))
                    break;
                left = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            }
            while (left > 0 && await ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellation) is > 0 and var length)
            {
                await write(header[0] == StandardError, buffer.AsMemory(0, length));
                left -= _tty ? 0 : length;
            }
            if (_tty || left > 0)
                break;
        }
        _hasEnded = true;
    }

    /// <inheritdoc/>
    public override async Task<int> ExitAsync(CancellationToken cancellation)
    {
        // Its streams end before Docker has noted its status: a moment, for which Docker has no event that could be waited for.
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = pause * 2 < TimeSpan.FromSeconds(1) ? pause * 2 : TimeSpan.FromSeconds(1))
        {
            if (await _execs.StateAsync(_id, cancellation) is { Running: false, ExitCode: { } status })
                return status;
            await Task.Delay(pause, TimeProvider.System, cancellation);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ResizeAsync(int columns, int rows)
    {
        try
        {
            await _execs.ResizeAsync(_id, columns, rows, CancellationToken.None);
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            // It has ended, or Docker is away: its size is the least trouble then.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask SignalAsync(int signal)
    {
        try
        {
            // Docker has no call for it; its pid on this host serves where the agent may send signals there.
            if (await _execs.StateAsync(_id, CancellationToken.None) is { Running: true, Pid: > 0 and var pid })
                _ = Libc.kill(pid, signal);
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            // It has ended, or Docker is away.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_hasEnded)
            await SignalAsync(Libc.SIGHUP);
        _connection.Dispose();
    }

    private async ValueTask<bool> TryFillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var length = await ReceiveAsync(buffer, cancellation);
            if (length == 0)
                return false;
            buffer = buffer[length..];
        }
        return true;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_first.Length > 0)
        {
            var length = Math.Min(_first.Length, buffer.Length);
            _first.AsMemory(0, length).CopyTo(buffer);
            _first = _first[length..];
            return length;
        }
        try
        {
            return await _connection.ReceiveAsync(buffer, cancellation);
        }
        catch (SocketException exception)
        {
            throw new IOException($"The connection to Docker broke: {exception.Message}", exception);
        }
    }
}
