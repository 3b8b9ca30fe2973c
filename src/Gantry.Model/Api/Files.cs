namespace Gantry.Model.Api;

/// <summary>Body of <c>files/get_archive_by_hash</c>.</summary>
/// <param name="Hash">SHA-256 of the archive, lower-case hex.</param>
public sealed record GetFileArchiveByHashRequest(string Hash);

/// <summary>An uploaded archive.</summary>
/// <param name="Id">What <see cref="FileArchiveMapping"/> names.</param>
/// <param name="Hash">SHA-256 of its bytes, lower-case hex.</param>
public sealed record FileArchive(Guid Id, string Hash);
