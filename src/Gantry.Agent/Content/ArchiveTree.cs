using System.Formats.Tar;
using Gantry.Agent.Executors;

namespace Gantry.Agent.Content;

/// <summary>
/// Reads an archive that a user uploaded and writes what may be unpacked, below a path: nothing that leads out of it, neither by its own name nor by a link, no
/// devices, none of its owners. Whoever unpacks the result needs no care of its own.
/// </summary>
internal sealed class ArchiveTree
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private readonly TarWriter _tar;
    private readonly string _target;
    private readonly bool _withRoot;
    private readonly FileOwner _owner;
    private readonly HashSet<string> _links = new(StringComparer.Ordinal);

    private ArchiveTree(TarWriter tar, string target, bool withRoot, FileOwner owner) => (_tar, _target, _withRoot, _owner) = (tar, target, withRoot, owner);

    /// <summary>Copies an archive.</summary>
    /// <param name="archive">The archive, seekable.</param>
    /// <param name="destination">Where the new one goes. Not ended: more may follow.</param>
    /// <param name="target">Absolute path that the archive's file or directory gets. In the new archive it is relative to the root.</param>
    /// <param name="withRoot">Whether its directory's own mode is set, too: not where the directory is there already.</param>
    /// <param name="owner">Whom all of it belongs to, where whoever unpacks it heeds that.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="StartRefusedException">The archive holds what may not be unpacked.</exception>
    public static async Task CopyAsync(Stream archive, TarWriter destination, string target, bool withRoot, FileOwner owner, CancellationToken cancellation)
    {
        var tree = new ArchiveTree(destination, target.Trim('/'), withRoot, owner);
        try
        {
            await using var reader = new TarReader(archive, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
                await tree.CopyAsync(entry, cancellation);
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or EndOfStreamException or NotSupportedException)
        {
            throw Refused($"it is damaged ({exception.Message})");
        }
    }

    private async Task CopyAsync(TarEntry entry, CancellationToken cancellation)
    {
        if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            return;
        var below = Below(entry.Name);
        var name = below.Length == 0 ? _target : _target.Length == 0 ? below : $"{_target}/{below}";
        var copy = entry.EntryType switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => File(entry, name),
            TarEntryType.Directory => below.Length == 0 && (!_withRoot || name.Length == 0) ? null : new GnuTarEntry(TarEntryType.Directory, name + "/"),
            TarEntryType.SymbolicLink => Link(entry, below, name),
            TarEntryType.HardLink => new GnuTarEntry(TarEntryType.HardLink, name) { LinkName = $"{_target}/{Below(entry.LinkName)}".TrimStart('/') },
            _ => throw Refused($"{entry.Name} is neither a file nor a directory nor a link"),
        };
        if (copy is null)
            return;
        copy.Mode = entry.Mode & Permissions;
        (copy.Uid, copy.Gid) = (_owner.Uid, _owner.Gid);
        copy.ModificationTime = entry.ModificationTime;
        await _tar.WriteEntryAsync(copy, cancellation);
    }

    private static GnuTarEntry File(TarEntry entry, string name) =>
        name.Length == 0 ? throw Refused("it is a file, and goes to /") : new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = entry.DataStream };

    private GnuTarEntry Link(TarEntry entry, string below, string name)
    {
        // As deep as the link lies, so often may it go up, and only at its beginning: behind another link ".." leads elsewhere than it seems.
        var steps = entry.LinkName.Split('/');
        var up = steps.TakeWhile(step => step == "..").Count();
        if (below.Length == 0 || entry.LinkName.StartsWith('/') || up > below.Count(character => character == '/') || steps.Skip(up).Contains(".."))
            throw Refused($"the link {entry.Name} leads out of it, to {entry.LinkName}");
        _links.Add(below);
        return new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = entry.LinkName };
    }

    // The names below the archive's one root, whatever that is called.
    private string Below(string name)
    {
        var names = name.Split('/').Where(part => part is not ("" or ".")).ToArray();
        if (names.Contains("..") || name.Contains('\0'))
            throw Refused($"{name} leads out of it");
        for (var depth = 2; depth < names.Length; depth++)
        {
            if (_links.Contains(string.Join('/', names[1..depth])))
                throw Refused($"{name} lies behind a link");
        }
        return names.Length == 0 ? "" : string.Join('/', names[1..]);
    }

    private static StartRefusedException Refused(string why) =>
        new($"An archive of the job's files cannot be unpacked: {why}. The job was not started. Remove it from what `files` or `repos` names, then apply again.");
}
