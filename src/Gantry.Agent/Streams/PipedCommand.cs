using System.Diagnostics;
using Gantry.Agent.Native;

namespace Gantry.Agent.Streams;

/// <summary>A command of a process job without a terminal: in a session of its own, its three streams are pipes.</summary>
internal sealed class PipedCommand : EnteredCommand
{
    private const int BufferSize = 32 << 10;
    private readonly Process _process;

    private PipedCommand(Process process) => _process = process;

    /// <summary>Starts it.</summary>
    /// <param name="setsid">The program that gives it a session.</param>
    /// <param name="arguments">Absolute path of the program, then its arguments.</param>
    /// <param name="environment"><c>NAME=value</c> each: all that it gets.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public static PipedCommand Start(string setsid, IEnumerable<string> arguments, IEnumerable<string> environment)
    {
        var start = new ProcessStartInfo(setsid, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var variable in environment)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            start.Environment[variable[..equals]] = variable[(equals + 1)..];
        }
        try
        {
            return new PipedCommand(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"The command could not be started: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes, cancellation);
        await _process.StandardInput.BaseStream.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public override void EndInput() => _process.StandardInput.BaseStream.Close();

    /// <inheritdoc/>
    public override Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation) =>
        Task.WhenAll(PumpAsync(_process.StandardOutput.BaseStream, false, write, cancellation), PumpAsync(_process.StandardError.BaseStream, true, write, cancellation));

    /// <inheritdoc/>
    public override async Task<int> ExitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public override ValueTask SignalAsync(int signal)
    {
        // It leads its session and group.
        if (!_process.HasExited)
            _ = Libc.kill(-_process.Id, signal);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await SignalAsync(Libc.SIGHUP);
        _process.Dispose();
    }

    private static async Task PumpAsync(Stream from, bool isError, Func<bool, ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var length)
            await write(isError, buffer.AsMemory(0, length));
    }
}
