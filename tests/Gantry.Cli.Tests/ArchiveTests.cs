using System.Formats.Tar;
using Gantry.Cli.Content;

namespace Gantry.Cli.Tests;

/// <summary>What of a directory is packed, and that its bytes follow from its contents alone.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("gantry-archive-").FullName;

    [Fact]
    public void Pack_SameFilesElsewhereAndLater_GivesTheSameBytes()
    {
        Write("one/data/b.txt", "b");
        Write("one/data/a/c.txt", "c");
        Write("two/data/a/c.txt", "c");
        Write("two/data/b.txt", "b");
        File.SetLastWriteTimeUtc(Path.Combine(root, "two/data/b.txt"), DateTime.UnixEpoch);

        Assert.Equal(Hash("one/data"), Hash("two/data"));
        Write("two/data/b.txt", "B");
        Assert.NotEqual(Hash("one/data"), Hash("two/data"));
    }

    [Fact]
    public void Pack_Directory_HasItForItsOneRoot()
    {
        Write("data/a/b.txt", "b");
        Assert.Equal(["data/", "data/a/", "data/a/b.txt"], Names("data"));
    }

    [Fact]
    public void Pack_File_IsOneEntryWithItsMode()
    {
        Write("run.sh", "#!/bin/sh");
        File.SetUnixFileMode(Path.Combine(root, "run.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var archive = ArchiveWriter.Pack(Path.Combine(root, "run.sh"));
        using var reader = new TarReader(archive.Content);
        var entry = reader.GetNextEntry()!;
        Assert.Equal(("run.sh", UnixFileMode.UserRead | UnixFileMode.UserExecute, "#!/bin/sh".Length), (entry.Name, entry.Mode, entry.Length));
        Assert.Null(reader.GetNextEntry());
    }

    [Fact]
    public void Pack_NameLongerThanAHeaderHolds_IsKept()
    {
        var name = new string('n', 200);
        Write($"data/{name}", "x");
        Assert.Contains($"data/{name}", Names("data"));
    }

    [Fact]
    public void Pack_Links_KeepsThoseThatStayInside()
    {
        Write("data/file", "x");
        Write("secret", "x");
        File.CreateSymbolicLink(Path.Combine(root, "data/inside"), "file");
        File.CreateSymbolicLink(Path.Combine(root, "data/outside"), "../secret");
        File.CreateSymbolicLink(Path.Combine(root, "data/absolute"), "/etc/passwd");

        using var archive = ArchiveWriter.Pack(Path.Combine(root, "data"));

        Assert.Equal(["data/", "data/file", "data/inside"], Names(archive));
        Assert.Equal(["absolute", "outside"], archive.LeftOut);
    }

    [Theory]
    [InlineData("*.log", "a.log sub/b.log", "keep.txt sub/keep.txt")]
    [InlineData("/a.log", "a.log", "sub/a.log")]
    [InlineData("sub/", "sub/x", "x")]
    [InlineData("logs/*.txt", "logs/a.txt", "logs/deep/a.txt other/logs/a.txt")]
    [InlineData("**/cache", "cache/x a/b/cache/x", "cached")]
    [InlineData("a/**/z", "a/z a/b/z a/b/c/z", "z b/z")]
    [InlineData("build/**", "build/x build/y/z", "other")]
    [InlineData("*.txt\n!keep.txt", "a.txt", "keep.txt sub/keep.txt")]
    [InlineData("sub/\n!sub/keep.txt", "sub/keep.txt", "other")]
    [InlineData("data[0-9].bin", "data1.bin", "dataX.bin data12.bin")]
    [InlineData("data[!0-9].bin", "dataX.bin", "data1.bin")]
    [InlineData("a?c", "abc", "ac abbc")]
    [InlineData("\\!important", "!important", "important")]
    [InlineData("# a comment\n\nfoo ", "foo", "# a comment")]
    public void Pack_WithIgnoreFile_LeavesOutWhatGitWould(string rules, string leftOut, string kept)
    {
        Write("data/.gitignore", rules);
        foreach (var file in $"{leftOut} {kept}".Split(' '))
            Write($"data/{file}", "x");

        var names = Names("data");

        Assert.All(leftOut.Split(' '), file => Assert.DoesNotContain($"data/{file}", names));
        Assert.All(kept == "# a comment" ? [] : kept.Split(' '), file => Assert.Contains($"data/{file}", names));
    }

    [Fact]
    public void Pack_IgnoreFilesOfSeveralDirectories_TheDeeperOneDecides()
    {
        Write("repo/.git/HEAD", "ref");
        Write("repo/.gitignore", "*.bin\n");
        Write("repo/data/.dstackignore", "!keep.bin\n*.tmp\n");
        Write("repo/data/keep.bin", "x");
        Write("repo/data/other.bin", "x");
        Write("repo/data/x.tmp", "x");

        Assert.Equal(["data/", "data/.dstackignore", "data/keep.bin"], Names("repo/data"));
        Assert.DoesNotContain(Names("repo"), name => name.Contains(".git/", StringComparison.Ordinal));
    }

    private string Hash(string path)
    {
        using var archive = ArchiveWriter.Pack(Path.Combine(root, path));
        return archive.Hash;
    }

    private List<string> Names(string path)
    {
        using var archive = ArchiveWriter.Pack(Path.Combine(root, path));
        return Names(archive);
    }

    private static List<string> Names(Archive archive)
    {
        using var reader = new TarReader(archive.Content);
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return names;
    }

    private void Write(string path, string content)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
