using System.Formats.Tar;
using System.Security.Cryptography;

namespace Gantry.Cli.Content;

/// <summary>
/// Packs a file or a directory into a tar whose bytes follow from names, modes and contents alone: whoever has the same files has the same hash,
/// and they are uploaded once. So entries are sorted and times, owners and the like are always the same.
/// </summary>
internal sealed class ArchiveWriter
{
    // Not 1970: zip files, and with them Python's wheels, know no time before 1980.
    private static readonly DateTimeOffset Time = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const UnixFileMode ReadableByAll = (UnixFileMode)0b111_111_111;
    private readonly TarWriter tar;
    private readonly string root;
    private readonly List<string> leftOut = [];

    private ArchiveWriter(TarWriter tar, string root) => (this.tar, this.root) = (tar, root);

    /// <summary>Packs it. A directory is one entry with all others below; a file is one entry.</summary>
    /// <param name="path">Absolute path of a file or directory.</param>
    /// <exception cref="IOException">Something of it cannot be read.</exception>
    public static Archive Pack(string path)
    {
        var content = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            IReadOnlyList<string> leftOut;
            // GNU's format: the other one writes this process's number into the names of its headers.
            using (var tar = new TarWriter(content, TarEntryFormat.Gnu, leaveOpen: true))
            {
                var writer = new ArchiveWriter(tar, path);
                writer.Pack(new FileInfo(path));
                leftOut = writer.leftOut;
            }
            content.Flush();
            content.Position = 0;
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            content.Position = 0;
            return new Archive(content, hash, leftOut);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private void Pack(FileInfo given)
    {
        // What is named itself is followed: the user says that this is what the run needs.
        var target = given.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? given.FullName;
        var name = NameOf(given.FullName);
        if (!Directory.Exists(target))
        {
            Add(new GnuTarEntry(TarEntryType.RegularFile, name), target);
            return;
        }
        PackDirectory(target, name, IgnoreRules.Of(target), target);
    }

    private void PackDirectory(string path, string name, IgnoreRules rules, string top)
    {
        Add(new GnuTarEntry(TarEntryType.Directory, name + "/"), path);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var below = $"{name}/{entry.Name}";
            var isLink = entry.LinkTarget is not null;
            var isDirectory = !isLink && entry is DirectoryInfo;
            if (rules.LeavesOut(entry.FullName, isDirectory))
                continue;
            if (isLink)
                AddLink(entry, below, top);
            else if (isDirectory)
                PackDirectory(entry.FullName, below, rules.Below(entry.FullName), top);
            else
                Add(new GnuTarEntry(TarEntryType.RegularFile, below), entry.FullName);
        }
    }

    private void AddLink(FileSystemInfo link, string name, string top)
    {
        var target = link.LinkTarget!;
        var leadsTo = Path.GetFullPath(target, Path.GetDirectoryName(link.FullName)!);
        if (Path.IsPathRooted(target) || !(leadsTo + "/").StartsWith(top + "/", StringComparison.Ordinal))
        {
            leftOut.Add(Path.GetRelativePath(root, link.FullName));
            return;
        }
        tar.WriteEntry(new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, ModificationTime = Time, Mode = ReadableByAll });
    }

    private void Add(GnuTarEntry entry, string path)
    {
        entry.ModificationTime = Time;
        entry.Mode = File.GetUnixFileMode(path) & (UnixFileMode)0b111_111_111;
        // What is empty is not opened: sockets, pipes and devices have no length, and opening a pipe would wait for ever.
        if (entry.EntryType == TarEntryType.RegularFile && new FileInfo(path).Length > 0)
        {
            using var file = File.OpenRead(path);
            entry.DataStream = file;
            tar.WriteEntry(entry);
        }
        else
        {
            tar.WriteEntry(entry);
        }
    }

    private static string NameOf(string path) => Path.GetFileName(path.TrimEnd('/')) is { Length: > 0 } name ? name : "root";
}
