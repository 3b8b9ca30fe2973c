using System.Text.Json;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>The language of volumes.</summary>
public class VolumeTests
{
    [Fact]
    public void Volume_AsDstackDocuments_IsReadAndWrittenInItsShape()
    {
        var volume = Read("type: volume\nname: my-new-volume\nbackend: aws\nregion: eu-central-1\nsize: 100GB\nauto_cleanup_duration: 1h\ntags: {team: ml}\n");

        Assert.Equal(("aws", "eu-central-1", 100.0, TimeSpan.FromHours(1)), (volume.Backend, volume.Region, volume.Size, volume.AutoCleanupDuration!.Value.Duration));
        Assert.Equal(
            """{"type":"volume","backend":"aws","name":"my-new-volume","size":100.0,"auto_cleanup_duration":3600,"tags":{"team":"ml"},"volume_id":null,"region":"eu-central-1","availability_zone":null}""",
            Json(volume));
    }

    [Fact]
    public void Volume_OfOnesOwnHosts_NeedsNoBackendAndRegion()
    {
        var volume = Read("type: volume\nname: data\n");

        Assert.Equal(("remote", "remote", null, null, null), (volume.Backend, volume.Region, volume.Directory, volume.Access, volume.AutoCleanupDuration));
        Assert.Equal("""{"type":"volume","backend":"remote","name":"data","size":null,"auto_cleanup_duration":null,"tags":null,"volume_id":null,"region":"remote","availability_zone":null}""", Json(volume));
    }

    [Theory]
    [InlineData("fleet: lab\npath: /mnt/nfs/\naccess: read-only")]
    [InlineData("instance: lab-0\nvolume_id: /data/sets\nauto_cleanup_duration: off")]
    [InlineData("fleet: lab\naccess: exclusive\nsize: 512MB\nauto_cleanup_duration: 2d")]
    [InlineData("backend: kubernetes\nclaim_name: pvc\nread_only: true\naccess_modes: [ReadWriteMany]\nstorage_class_name: nfs")]
    [InlineData("backend: runpod\nregion: remote\nsize: 1TB")]
    public void Volume_WrittenAndRead_IsTheSame(string keys)
    {
        var volume = Read($"type: volume\nname: data\n{keys}\n");

        Assert.Equal(Structure.Of(volume), Structure.Of(JsonSerializer.Deserialize(Json(volume), TestJson.Default.Configuration)));
    }

    [Fact]
    public void Volume_WithManyProblems_ReportsAllWithPositions()
    {
        var result = ConfigurationParser.Parse("""
            type: volume
            name: Data
            backend: remotee
            size: big
            fleet: lab
            instance: lab-0
            path: /mnt/../etc
            volume_id: relative
            access: everyone
            auto_cleanup_duration: soon
            claim_name: pvc
            sise: 1
            """, null);

        Assert.Null(result.Value);
        var problems = result.Problems.Select(problem => (problem.Line, problem.Path)).ToList();
        Assert.Equal(
            [(2, "name"), (3, "backend"), (4, "size"), (6, "instance"), (7, "path"), (8, "volume_id"), (8, "volume_id"), (9, "access"), (10, "auto_cleanup_duration"), (11, "claim_name"), (12, "sise")],
            problems);
        Assert.Contains("did you mean \"remote\"?", result.PrintProblems(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: /", "is all of a host")]
    [InlineData("access: read-only", "read-only needs a path")]
    [InlineData("region: eu-west-1", "is no region of hosts of one's own")]
    [InlineData("backend: aws", "is missing")]
    [InlineData("availability_zone: a", "hosts of one's own have none")]
    [InlineData("size: 0", "is no size for a volume")]
    public void Volume_ThatMeansNothing_IsRefusedWithWhatWouldDo(string keys, string words) =>
        Assert.Contains(words, Assert.Single(ConfigurationParser.Parse($"type: volume\nname: data\n{keys}\n", null).Problems).Sentence(), StringComparison.Ordinal);

    [Theory]
    [InlineData("data:/data", "/data")]
    [InlineData("data:./data", "./data")]
    [InlineData("data:./a/b", "./a/b")]
    public void Mount_OfAVolume_IsAbsoluteOrInTheWorkingDirectory(string text, string path)
    {
        var mount = Assert.IsType<VolumeMountPoint>(MountPointText.Parse(text).Value);
        Assert.Equal((path, text), (mount.Path, MountPointText.Print(mount)));
    }

    [Theory]
    [InlineData("data:data")]
    [InlineData("data:./../etc")]
    [InlineData("data:./")]
    [InlineData("/mnt:./data")]
    public void Mount_OfAnythingElse_IsRefused(string text) => Assert.False(MountPointText.Parse(text).Ok);

    private static VolumeConfiguration Read(string yaml)
    {
        var result = ConfigurationParser.Parse(yaml, null);
        Assert.Equal("", result.PrintProblems());
        return Assert.IsType<VolumeConfiguration>(result.Value);
    }

    private static string Json(Configuration configuration) => JsonSerializer.Serialize(configuration, TestJson.Default.Configuration);
}
