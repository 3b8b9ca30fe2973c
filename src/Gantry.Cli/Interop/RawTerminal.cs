using System.Runtime.InteropServices;

namespace Gantry.Cli.Interop;

/// <summary>Puts the user's terminal into raw mode, where each key goes on as it is, and back again.</summary>
internal sealed unsafe partial class RawTerminal : IDisposable
{
    // More than any system's structure.
    private const int AttributesSize = 256;
    private readonly byte[] before = new byte[AttributesSize];
    private bool isRaw;

    /// <summary>Begins; does nothing where standard input is no terminal.</summary>
    public RawTerminal()
    {
        fixed (byte* saved = before)
        {
            if (GetAttributes(0, saved) != 0)
                return;
            var raw = stackalloc byte[AttributesSize];
            before.CopyTo(new Span<byte>(raw, AttributesSize));
            MakeRaw(raw);
            isRaw = SetAttributes(0, 0, raw) == 0;
        }
    }

    /// <summary>Columns and rows of the terminal; zeros when it is none.</summary>
    public static (int Columns, int Rows) Size
    {
        get
        {
            var size = stackalloc ushort[4];
            nuint request = OperatingSystem.IsMacOS() ? 0x40087468u : 0x5413u;
            return Control(1, request, size) == 0 || Control(0, request, size) == 0 ? (size[1], size[0]) : (0, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!isRaw)
            return;
        isRaw = false;
        fixed (byte* saved = before)
            _ = SetAttributes(0, 0, saved);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int actions, byte* attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* attributes);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, void* argument);
}
