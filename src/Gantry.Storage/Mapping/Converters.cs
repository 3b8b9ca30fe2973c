using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Gantry.Storage.Mapping;

/// <summary>UUIDs as lower-case text (SQLite's own provider would write upper case, and PostgreSQL's text would not match it).</summary>
public sealed class UuidText() : ValueConverter<Guid, string>(
    id => id.ToString("D", CultureInfo.InvariantCulture),
    text => Guid.ParseExact(text, "D"));

/// <summary>
/// Time as microseconds since 1970 in UTC: a number that both engines order and compare alike. What is finer than a
/// microsecond is cut off; the offset is UTC when read back.
/// </summary>
public sealed class UtcMicroseconds() : ValueConverter<DateTimeOffset, long>(
    time => ToMicroseconds(time),
    microseconds => FromMicroseconds(microseconds))
{
    /// <summary>Microseconds since 1970-01-01T00:00:00Z.</summary>
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time so many microseconds after 1970-01-01T00:00:00Z.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
