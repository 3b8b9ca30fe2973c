using System.Buffers.Binary;
using System.Runtime.InteropServices;
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
        using var signals = new Signals(frames, start.Tty, cancellation);
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
        private readonly ExecFrames frames;
        private readonly CancellationToken cancellation;
        private readonly List<PosixSignalRegistration> registrations = [];

        public Signals(ExecFrames frames, bool tty, CancellationToken cancellation)
        {
            (this.frames, this.cancellation) = (frames, cancellation);
            if (tty)
            {
                registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize()));
                return;
            }
            foreach (var (signal, number) in new[] { (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1) })
            {
                registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    Send(ExecFrameType.Signal, [(byte)number]);
                }));
            }
        }

        private void Resize()
        {
            var (columns, rows) = RawTerminal.Size;
            var content = new byte[4];
            BinaryPrimitives.WriteUInt16BigEndian(content, (ushort)columns);
            BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), (ushort)rows);
            Send(ExecFrameType.Resize, content);
        }

        private void Send(ExecFrameType type, byte[] content) => _ = Task.Run(async () =>
        {
            try
            {
                await frames.WriteAsync(type, content, cancellation);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The command has ended meanwhile.
            }
        });

        public void Dispose()
        {
            foreach (var registration in registrations)
                registration.Dispose();
        }
    }
}
