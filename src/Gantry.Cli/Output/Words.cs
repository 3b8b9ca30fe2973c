using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Cli.Output;

/// <summary>Values in a few words.</summary>
internal static class Words
{
    /// <summary>How long ago: <c>now</c>, <c>12 sec ago</c>, <c>5 mins ago</c>, <c>2 days ago</c>.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now) => (now - time).TotalSeconds switch
    {
        < 1 => "now",
        < 60 and var seconds => $"{(int)seconds} sec ago",
        < 3600 and var seconds => Count(seconds / 60, "min"),
        < 86_400 and var seconds => Count(seconds / 3600, "hour"),
        < 7 * 86_400 and var seconds => Count(seconds / 86_400, "day"),
        < 60 * 86_400 and var seconds => Count(seconds / (7 * 86_400), "week"),
        < 730 * 86_400.0 and var seconds => Count(seconds / (30 * 86_400), "month"),
        var seconds => Count(seconds / (365 * 86_400.0), "year"),
    };

    /// <summary>A time that has passed: <c>34s</c>, <c>2m 34s</c>, <c>3h 2m 34s</c>.</summary>
    public static string Elapsed(long seconds) => seconds switch
    {
        < 60 => $"{seconds}s",
        < 3600 => $"{seconds / 60}m {seconds % 60}s",
        _ => $"{seconds / 3600}h {seconds / 60 % 60}m {seconds % 60}s",
    };

    /// <summary>Local time to the second, or to the minute of another day.</summary>
    public static string LocalTime(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Dollars an hour: <c>$0</c>, <c>$0.22</c>, <c>$12.5</c>.</summary>
    public static string Price(double price) => string.Create(CultureInfo.InvariantCulture, $"${Math.Round(price, 4)}");

    /// <summary>How far an image is on its way: <c>312 of 1204 MB (26 %)</c>, <c>312 of 1204 MB or more</c>, <c>1204 MB, 45 % unpacked</c>.</summary>
    public static string Of(ImagePullProgress pull) => pull.DownloadedBytes < pull.TotalBytes || !pull.IsTotalBytesFinal
        ? string.Create(CultureInfo.InvariantCulture, $"{Megabytes(pull.DownloadedBytes)} of {Megabytes(pull.TotalBytes)} MB{(pull.IsTotalBytesFinal ? $" ({Percent(pull.DownloadedBytes, pull.TotalBytes)} %)" : " or more")}")
        : string.Create(CultureInfo.InvariantCulture, $"{Megabytes(pull.TotalBytes)} MB, {Percent(pull.ExtractedBytes, pull.TotalBytes)} % unpacked");

    /// <summary>Bytes: <c>0B</c>, <c>12KB</c>, <c>3.4GB</c>. 1 KB is 1024 B.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return value.ToString(value < 10 && unit > 0 ? "0.#" : "0", CultureInfo.InvariantCulture) + units[unit];
    }

    /// <summary><c>1 job</c>, <c>2 jobs</c>.</summary>
    public static string Of(int count, string noun) => count == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");

    private static long Megabytes(long bytes) => (bytes + 500_000) / 1_000_000;

    private static long Percent(long part, long all) => all == 0 ? 100 : part * 100 / all;

    private static string Count(double value, string unit) => (int)value == 1 ? $"1 {unit} ago" : $"{(int)value} {unit}s ago";
}
