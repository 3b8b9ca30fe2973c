using System.Runtime.InteropServices;
using Gantry.Cli.Interop;

namespace Gantry.Cli.Output;

/// <summary>Nobody reads standard output any more (<c>gantry logs hello | head -1</c>).</summary>
internal sealed class BrokenPipeException() : IOException("Nobody reads the output any more.");

/// <summary>Writes bytes to a descriptor as they come.</summary>
/// <remarks>Console's own stream swallows a broken pipe, so that <c>gantry logs -f RUN | head -1</c> would go on until the run ends; and a FileStream
/// keeps a position of its own, so that <c>&gt;FILE 2&gt;&amp;1</c> would write over itself.</remarks>
internal sealed class DescriptorStream(int descriptor) : Stream
{
    private const int TryAgainLinux = 11;
    private const int TryAgainMac = 35;
    private const short PollOut = 4;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            for (nint done = 0; done < buffer.Length;)
            {
                var written = Posix.Write(descriptor, bytes + done, buffer.Length - done);
                if (written >= 0)
                {
                    done += written;
                    continue;
                }
                switch (Marshal.GetLastPInvokeError())
                {
                    case Posix.Interrupted:
                        break;
                    case TryAgainLinux or TryAgainMac:
                        // Someone who shares the terminal made it non-blocking.
                        var entry = new Posix.PollEntry { Descriptor = descriptor, Events = PollOut };
                        _ = Posix.Poll(&entry, 1, -1);
                        break;
                    case Posix.BrokenPipe:
                        throw new BrokenPipeException();
                    case var error:
                        throw new IOException($"The output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}.");
                }
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
