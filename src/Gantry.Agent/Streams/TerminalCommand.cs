using Gantry.Agent.Native;

namespace Gantry.Agent.Streams;

/// <summary>A command of a process job on a terminal of its own.</summary>
internal sealed class TerminalCommand : EnteredCommand
{
    private const byte EndOfInput = 4;
    private readonly PseudoTerminal _terminal = new();
    private readonly int _pid;
    private readonly int _pidfd;
    private readonly Task<int> _exit;
    private Task _pump = Task.CompletedTask;

    private TerminalCommand(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, int columns, int rows)
    {
        try
        {
            _terminal.Resize(columns, rows);
            _pid = Spawn.OnTerminal(arguments, environment, _terminal.Path);
        }
        catch
        {
            _terminal.Dispose();
            throw;
        }
        _pidfd = Libc.pidfd_open(_pid);
        // A thread each: both wait in the kernel for as long as the command runs.
        _exit = Task.Factory.StartNew(() => WaitFor(_pid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Absolute path of the program, then its arguments.</param>
    /// <param name="environment"><c>NAME=value</c> each: all that it gets.</param>
    /// <param name="columns">Width of the terminal.</param>
    /// <param name="rows">Height of the terminal.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public static TerminalCommand Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, int columns, int rows) =>
        new(arguments, environment, columns, rows);

    /// <inheritdoc/>
    public override async ValueTask WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        await Task.Run(() => _terminal.Write(bytes.Span), cancellation);

    /// <inheritdoc/>
    public override void EndInput() => _terminal.Write([EndOfInput]);

    /// <inheritdoc/>
    public override Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation) => _pump = Task.Run(
        async () =>
        {
            var buffer = new byte[32 << 10];
            while (await Task.Factory.StartNew(() => _terminal.Read(buffer, _pidfd), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default) is > 0 and var length)
                await write(false, buffer.AsMemory(0, length));
        },
        cancellation);

    /// <inheritdoc/>
    public override Task<int> ExitAsync(CancellationToken cancellation) => _exit.WaitAsync(cancellation);

    /// <inheritdoc/>
    public override ValueTask ResizeAsync(int columns, int rows)
    {
        _terminal.Resize(columns, rows);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask SignalAsync(int signal)
    {
        if (!_exit.IsCompleted)
            _ = Libc.kill(-_pid, signal);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await SignalAsync(Libc.SIGHUP);
        if (!_exit.IsCompleted)
            // The reader may wait in the kernel with this descriptor: it is closed once that has ended.
            _ = _exit.ContinueWith(_ => CloseAsync(), TaskScheduler.Default);
        else
            await CloseAsync();
    }

    private async Task CloseAsync()
    {
        await _pump.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _terminal.Dispose();
        if (_pidfd >= 0)
            _ = Libc.close(_pidfd);
    }

    private static unsafe int WaitFor(int pid)
    {
        int status;
        while (Libc.waitpid(pid, &status, 0) < 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != 4)
                return 255;
        }
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }
}
