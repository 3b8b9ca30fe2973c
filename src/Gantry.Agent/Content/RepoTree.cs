using System.Formats.Tar;

namespace Gantry.Agent.Content;

/// <summary>Writes a directory that the agent made into a tar, whole: its links lead where they lead, none is followed.</summary>
internal static class RepoTree
{
    // As git itself makes them for everybody: the agent's own umask is narrower.
    private const UnixFileMode Plain = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary>Writes it. The tar is not ended: more may follow.</summary>
    /// <param name="directory">Absolute path.</param>
    /// <param name="tar">Where to.</param>
    /// <param name="target">Absolute path that it gets; relative to the root in the tar.</param>
    /// <param name="withRoot">Whether the directory itself is made, too.</param>
    /// <param name="owner">Whom all of it belongs to.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static async Task WriteAsync(string directory, TarWriter tar, string target, bool withRoot, FileOwner owner, CancellationToken cancellation)
    {
        var name = target.Trim('/');
        if (withRoot && name.Length > 0)
            await AddAsync(new GnuTarEntry(TarEntryType.Directory, name + "/"), new DirectoryInfo(directory));
        await WriteBelowAsync(new DirectoryInfo(directory), name);

        async Task WriteBelowAsync(DirectoryInfo at, string below)
        {
            foreach (var entry in at.EnumerateFileSystemInfos())
            {
                var path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
                if (entry.LinkTarget is { } link)
                {
                    await AddAsync(new GnuTarEntry(TarEntryType.SymbolicLink, path) { LinkName = link }, entry);
                }
                else if (entry is DirectoryInfo sub)
                {
                    await AddAsync(new GnuTarEntry(TarEntryType.Directory, path + "/"), sub);
                    await WriteBelowAsync(sub, path);
                }
                else
                {
                    await using var content = File.OpenRead(entry.FullName);
                    await AddAsync(new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = content }, entry);
                }
            }
        }

        async Task AddAsync(GnuTarEntry entry, FileSystemInfo of)
        {
            entry.Mode = entry.EntryType != TarEntryType.RegularFile || of.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? Executable : Plain;
            entry.ModificationTime = of.LastWriteTimeUtc;
            (entry.Uid, entry.Gid) = (owner.Uid, owner.Gid);
            await tar.WriteEntryAsync(entry, cancellation);
        }
    }
}
