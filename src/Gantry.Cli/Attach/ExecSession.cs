using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Gantry.Cli.Interop;
using Gantry.Cli.Output;
using Gantry.Client;
using Gantry.Model.Link;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Cli.Attach;

/// <summary>A command in a job from the user's side: keys and signals go there, output comes here, and the command ends as it ended.</summary>
internal sealed class ExecSession(JobStream stream, ExecStart start, DescriptorStream output, DescriptorStream error) : IDisposable
{
    private readonly ExecFrames frames = new(stream);

    /// <summary>Runs it to its end; the exit status is the command's.</summary>
    /// <exception cref="JobStreamException">It was refused or broken off.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await frames.WriteStartAsync(start, cancellation);
        using var raw = start is { Tty: true, Interactive: true } ? new RawTerminal() : null;
        using var signals = new Signals(frames, start, cancellation);
        // Reading a terminal can not be cancelled: the process ends with the read under way.
        var input = start.Interactive ? Task.Run(() => InputAsync(cancellation), cancellation) : Task.CompletedTask;
        while (await frames.ReadAsync(cancellation) is var (type, content))
        {
            switch (type)
            {
                case ExecFrameType.Output:
                    output.Write(content.Span);
                    break;
                case ExecFrameType.Error:
                    error.Write(content.Span);
                    break;
                case ExecFrameType.Exited:
                    return BinaryPrimitives.ReadInt32BigEndian(content.Span);
            }
        }
        throw new JobStreamException("The connection ended before the command did; how it ended is not known.");
    }

    private async Task InputAsync(CancellationToken cancellation)
    {
        try
        {
            await using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var buffer = new byte[16 << 10];
            while (await input.ReadAsync(buffer, cancellation) is > 0 and var length)
                await frames.WriteAsync(ExecFrameType.Input, buffer.AsMemory(0, length), cancellation);
            await frames.WriteAsync(ExecFrameType.InputEnd, default, cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The command has ended, or the connection: whoever reads from it says so.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => frames.Dispose();

    /// <summary>With a terminal only its size: its keys are bytes. Without one the signals themselves go to the command.</summary>
    private sealed class Signals : IDisposable
    {
        private const int WindowChanged = 28;
        private readonly Channel<int> came = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
        private readonly List<PosixSignalRegistration> registrations = [];

        public Signals(ExecFrames frames, ExecStart start, CancellationToken cancellation)
        {
            _ = Task.Run(() => SendAsync(frames, cancellation), cancellation);
            if (start.Tty)
            {
                registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => came.Writer.TryWrite(WindowChanged)));
                // Nobody heard what changed it before.
                if (RawTerminal.Size != (start.Columns, start.Rows))
                    came.Writer.TryWrite(WindowChanged);
                return;
            }
            foreach (var (signal, number) in new[] { (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1) })
            {
                registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    came.Writer.TryWrite(number);
                }));
            }
        }

        // One after the other, and the size as it is then: the last one that is sent is the one that stays.
        private async Task SendAsync(ExecFrames frames, CancellationToken cancellation)
        {
            try
            {
                await foreach (var number in came.Reader.ReadAllAsync(cancellation))
                {
                    if (number == WindowChanged)
                        await frames.WriteAsync(ExecFrameType.Resize, Size(), cancellation);
                    else
                        await frames.WriteAsync(ExecFrameType.Signal, new[] { (byte)number }, cancellation);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The command has ended meanwhile.
            }
        }

        private static byte[] Size()
        {
            var (columns, rows) = RawTerminal.Size;
            var content = new byte[4];
            BinaryPrimitives.WriteUInt16BigEndian(content, (ushort)columns);
            BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), (ushort)rows);
            return content;
        }

        public void Dispose()
        {
            foreach (var registration in registrations)
                registration.Dispose();
            came.Writer.TryComplete();
        }
    }
}
