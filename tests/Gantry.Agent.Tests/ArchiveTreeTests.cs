using System.Formats.Tar;
using System.Text;
using Gantry.Agent.Content;
using Gantry.Agent.Executors;

namespace Gantry.Agent.Tests;

/// <summary>What of an archive may be unpacked, and where it goes.</summary>
public sealed class ArchiveTreeTests
{
    [Fact]
    public async Task Copy_Directory_GivesItTheTargetsName()
    {
        var names = await CopyAsync("/work/examples", Folder("data/"), File("data/a.txt"), Folder("data/sub/"), File("data/sub/b.txt"));
        Assert.Equal(["work/examples/", "work/examples/a.txt", "work/examples/sub/", "work/examples/sub/b.txt"], names);
    }

    [Fact]
    public async Task Copy_File_GivesItTheTargetsName() => Assert.Equal(["root/.ssh/id"], await CopyAsync("/root/.ssh/id", File("id_rsa")));

    [Fact]
    public async Task Copy_ToADirectoryThatIsThere_LeavesItsModeAlone() =>
        Assert.Equal(["work/a.txt"], await CopyAsync("/work", withRoot: false, Folder("data/"), File("data/a.txt")));

    [Fact]
    public async Task Copy_LinksThatStayInside_AreKept() =>
        Assert.Equal(
            ["w/a", "w/deep/", "w/deep/up -> ../a", "w/same -> a"],
            await CopyAsync("/w", File("d/a"), Folder("d/deep/"), Link("d/deep/up", "../a"), Link("d/same", "a")));

    [Theory]
    [InlineData("d/../../etc/passwd")]
    [InlineData("../x")]
    [InlineData("d/x/../../../y")]
    public async Task Copy_NameThatLeadsOut_IsRefused(string name) =>
        Assert.Contains("leads out", await RefusalAsync(File(name)), StringComparison.Ordinal);

    [Theory]
    [InlineData("d/link", "/etc")]
    [InlineData("d/link", "..")]
    [InlineData("d/sub/link", "../../x")]
    [InlineData("d/link", "a/../../x")]
    public async Task Copy_LinkThatLeadsOut_IsRefused(string name, string target) =>
        Assert.Contains("leads out", await RefusalAsync(Link(name, target)), StringComparison.Ordinal);

    [Fact]
    public async Task Copy_EntryBehindALink_IsRefused() =>
        Assert.Contains("behind a link", await RefusalAsync(Folder("d/a/"), Link("d/l", "a"), File("d/l/x")), StringComparison.Ordinal);

    [Fact]
    public async Task Copy_Device_IsRefused() =>
        Assert.Contains("neither a file", await RefusalAsync(new PaxTarEntry(TarEntryType.CharacterDevice, "d/null")), StringComparison.Ordinal);

    [Fact]
    public async Task Copy_WhatIsNoArchive_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => ReadAsync(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 2000))), "/w", true));
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_OwnersAndSetuidBits_AreNotKept()
    {
        var entry = File("f");
        (entry.Uid, entry.Gid, entry.Mode) = (1234, 1234, UnixFileMode.SetUser | UnixFileMode.UserRead);
        using var copy = await ReadAsync(Archive(entry), "/w", true);
        using var reader = new TarReader(copy);
        var copied = reader.GetNextEntry()!;
        Assert.Equal((5, 6, UnixFileMode.UserRead), (copied.Uid, copied.Gid, copied.Mode));
    }

    private static Task<List<string>> CopyAsync(string target, params TarEntry[] entries) => CopyAsync(target, withRoot: true, entries);

    private static async Task<List<string>> CopyAsync(string target, bool withRoot, params TarEntry[] entries)
    {
        using var copy = await ReadAsync(Archive(entries), target, withRoot);
        using var reader = new TarReader(copy);
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.EntryType == TarEntryType.SymbolicLink ? $"{entry.Name} -> {entry.LinkName}" : entry.Name);
        return names;
    }

    private static async Task<string> RefusalAsync(params TarEntry[] entries) =>
        (await Assert.ThrowsAsync<StartRefusedException>(() => ReadAsync(Archive(entries), "/w", true))).Message;

    private static async Task<MemoryStream> ReadAsync(Stream archive, string target, bool withRoot)
    {
        var copy = new MemoryStream();
        await using (var writer = new TarWriter(copy, TarEntryFormat.Gnu, leaveOpen: true))
            await ArchiveTree.CopyAsync(archive, writer, target, withRoot, new FileOwner(5, 6), TestContext.Current.CancellationToken);
        copy.Position = 0;
        return copy;
    }

    private static MemoryStream Archive(params TarEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }
        archive.Position = 0;
        return archive;
    }

    private static PaxTarEntry File(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1, 2, 3]) };

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };
}
