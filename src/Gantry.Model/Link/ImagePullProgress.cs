namespace Gantry.Model.Link;

/// <summary>How far an image is on its way to a host, in bytes as the registry keeps it. dstack's <c>ImagePullProgress</c>.</summary>
/// <param name="DownloadedBytes">Bytes that are here.</param>
/// <param name="ExtractedBytes">Bytes of these that are unpacked.</param>
/// <param name="TotalBytes">Bytes of all layers whose sizes are known by now.</param>
/// <param name="IsTotalBytesFinal">Whether that is all of them.</param>
public sealed record ImagePullProgress(long DownloadedBytes, long ExtractedBytes, long TotalBytes, bool IsTotalBytesFinal);
