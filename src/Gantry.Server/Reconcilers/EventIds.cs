using System.Buffers.Binary;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Ids of events: UUIDs of version 4, as clients demand, whose first 48 bits are the milliseconds since 1970 and whose other 74 are random.
/// Events are most of what is written; ids that come in order go to the end of each index instead of all over it.
/// </summary>
internal static class EventIds
{
    /// <summary>A new id for an event of this time.</summary>
    public static Guid At(DateTimeOffset time)
    {
        Span<byte> id = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(id, bigEndian: true, out _);
        var milliseconds = time.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(id[2..], (uint)milliseconds);
        return new Guid(id, bigEndian: true);
    }
}
