using System.Text;

namespace Gantry.Agent.Native;

/// <summary>A pseudo terminal: this side of it, and the path of the other.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const int NoControl = 0x100;
    private const nuint SetSize = 0x5414;
    private const int EINTR = 4;
    private const int EIO = 5;
    private readonly Lock _lock = new();
    private int _fd;

    /// <summary>Makes one.</summary>
    /// <exception cref="IOException">The host has none left.</exception>
    public PseudoTerminal()
    {
        _fd = Libc.posix_openpt(Libc.O_RDWR | NoControl | Libc.O_CLOEXEC);
        if (_fd < 0)
            throw Libc.Error("This host gives no terminal");
        var name = stackalloc byte[128];
        if (Libc.grantpt(_fd) != 0 || Libc.unlockpt(_fd) != 0 || Libc.ptsname_r(_fd, name, 128) != 0)
            throw Libc.Error("This host gives no terminal");
        Path = Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
    }

    /// <summary>The side that a program opens.</summary>
    public string Path { get; }

    /// <summary>Says how large it is; who runs on it gets SIGWINCH.</summary>
    public void Resize(int columns, int rows)
    {
        var size = stackalloc ushort[4];
        (size[0], size[1]) = ((ushort)rows, (ushort)columns);
        lock (_lock)
        {
            if (_fd >= 0)
                _ = Libc.ioctl(_fd, SetSize, size);
        }
    }

    /// <summary>Reads what was written on the terminal; waits for it. 0 once nobody has it open any more, or nothing is left after <paramref name="ended"/>.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="ended">Descriptor that becomes readable when the program has ended: what it left behind may hold the terminal open for ever.</param>
    public int Read(Span<byte> buffer, int ended)
    {
        var fds = stackalloc Libc.PollFd[2];
        fds[0] = new Libc.PollFd { Fd = _fd, Events = Libc.POLLIN };
        fds[1] = new Libc.PollFd { Fd = ended, Events = Libc.POLLIN };
        while (Libc.poll(fds, 2, -1) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == EINTR)
        {
        }
        if (fds[0].Returned == 0)
            return 0;
        fixed (byte* first = buffer)
        {
            var got = Libc.read(_fd, first, buffer.Length);
            if (got < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != EIO)
                throw Libc.Error("The terminal can not be read");
            return (int)Math.Max(0, got);
        }
    }

    /// <summary>Types on the terminal; waits while nobody reads.</summary>
    /// <exception cref="IOException">Nobody has it open any more.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* first = bytes)
                written = Libc.write(_fd, first, bytes.Length);
            if (written < 0)
                throw Libc.Error("The terminal takes no input");
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>Hangs up.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_fd >= 0)
                _ = Libc.close(_fd);
            _fd = -1;
        }
    }
}
