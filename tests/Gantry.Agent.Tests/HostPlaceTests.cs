using Gantry.Agent.Content;
using Gantry.Agent.Executors;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

/// <summary>Where a repo goes on a host: only where nothing is, unless an agent that died had begun.</summary>
public sealed class HostPlaceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-place-").FullName;
    private readonly JobSpool spool;
    private readonly string target;
    private readonly HostPlace place;

    public HostPlaceTests()
    {
        spool = new JobSpool(Guid.NewGuid(), Directory.CreateDirectory(Path.Combine(folder, "spool")).FullName);
        target = Path.Combine(folder, "work", "code");
        place = new HostPlace(spool, Directory.CreateDirectory(Path.Combine(folder, "work")).FullName, null);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Place_ThatIsEmptyOrMissing_IsTaken()
    {
        Assert.False(place.LeavesRepo(Repo));
        Directory.CreateDirectory(target);
        Assert.False(place.LeavesRepo(Repo));
    }

    [Fact]
    public void Place_WithSomething_IsRefused_OrLeft()
    {
        Put("mine");
        Assert.Contains("that is not empty", Assert.Throws<StartRefusedException>(() => place.LeavesRepo(Repo)).Message, StringComparison.Ordinal);
        Assert.True(place.LeavesRepo(Repo with { SkipIfExists = true }));
    }

    [Fact]
    public async Task Place_WhereAnAgentDiedInTheMiddle_IsGoneOnWith()
    {
        await PlaceAsync("first");
        Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(target, "a")));

        Assert.False(place.LeavesRepo(Repo));
        await PlaceAsync("again");

        Assert.Equal("again", await File.ReadAllTextAsync(Path.Combine(target, "a")));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(Path.Combine(target, "run")));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(Path.Combine(target, "a")));
        Assert.Equal("a", new FileInfo(Path.Combine(target, "link")).LinkTarget);
        Assert.False(Directory.Exists(spool.RepoPath));
    }

    private static JobRepo Repo => new() { Path = "code", CloneUrl = "https://host/demo" };

    private async Task PlaceAsync(string content)
    {
        var clone = Directory.CreateDirectory(Path.Combine(spool.RepoPath, "clone")).FullName;
        await File.WriteAllTextAsync(Path.Combine(clone, "a"), content);
        await File.WriteAllTextAsync(Path.Combine(clone, "run"), "");
        File.SetUnixFileMode(Path.Combine(clone, "a"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Path.Combine(clone, "run"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(clone, "link"), "a");
        await place.PutAsync(new LocalRepo(Repo, clone, null), TestContext.Current.CancellationToken);
    }

    private void Put(string name)
    {
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, name), "");
    }
}
