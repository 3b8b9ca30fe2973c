namespace Gantry.Model.Link;

/// <summary>
/// An archive (tar) that is unpacked into a job before it starts. It holds one file, or one directory with all that is below; whatever that is
/// called in the archive, it gets the name of <see cref="Path"/>.
/// </summary>
/// <param name="Hash">SHA-256 of the archive, lower-case hex: by it the agent asks its server for the bytes.</param>
/// <param name="Size">Bytes of the archive.</param>
/// <param name="Path">Where it goes: absolute, beginning with <c>~</c>, or relative to the working directory.</param>
public sealed record JobFile(string Hash, long Size, string Path);
