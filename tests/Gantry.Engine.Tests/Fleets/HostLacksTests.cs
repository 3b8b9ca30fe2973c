using Gantry.Engine.Fleets;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Tests.Fleets;

public class HostLacksTests
{
    private static readonly HostReport Good = new()
    {
        System = "Linux",
        Machine = "x86_64",
        Libc = "glibc",
        User = "ubuntu",
        Root = RootAccess.Sudo,
        DockerVersion = "27.1",
        FreeBytes = 10L << 30,
        Addresses = ["10.0.0.5", "203.0.113.7"],
        Address = "203.0.113.7",
    };

    private static readonly HostNeeds Needs = new() { ServerId = "us", InstanceId = "i1", Platforms = ["linux-x64"], OwnInstance = _ => null };

    [Fact]
    public void Lacks_OfAHostThatHasAll_AreNone() => Assert.Empty(HostLacks.Of(Good, Needs));

    [Fact]
    public void Lacks_OfAHostThatHasNothing_AreAllSaidAtOnce()
    {
        var lacks = HostLacks.Of(
            Good with { Machine = "riscv64", Root = RootAccess.NoSudo, DockerVersion = null, HasNvidia = true, FreeBytes = 1 << 20, MissingPrograms = ["setsid"] },
            Needs with { Network = "192.168.0.0/16" });

        Assert.Equal(8, lacks.Count);
        foreach (var word in new[] { "riscv64", "sudo", "setsid", "There is no Docker", "nvidia-smi", "Container Toolkit", "MiB are free", "192.168.0.0/16" })
            Assert.Single(lacks, lack => lack.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Lacks_OfAHostWithoutDocker_AreNoneWhereProcessesAreChosen()
    {
        Assert.Empty(HostLacks.Of(Good with { DockerVersion = null, HasProcessUser = true }, Needs with { ProcessUser = "jobs" }));
        Assert.Contains("useradd --create-home jobs", Assert.Single(HostLacks.Of(Good with { HasProcessUser = false }, Needs with { ProcessUser = "jobs" })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aarch64", "glibc", "linux-arm64")]
    [InlineData("x86_64", "musl", "linux-musl-x64")]
    public void Lacks_OfAPlatformWithoutAgent_NameIt(string machine, string libc, string platform) =>
        Assert.Contains($"no agent for {platform}, only for linux-x64", Assert.Single(HostLacks.Of(Good with { Machine = machine, Libc = libc }, Needs)), StringComparison.Ordinal);

    [Fact]
    public void Lacks_OfAHostOfAnotherServer_SayWhose()
    {
        var lack = Assert.Single(HostLacks.Of(Good with { Owner = "them", OwnerInstance = "x", OwnerName = "main/lab on box" }, Needs));

        Assert.Contains("the Gantry server them, as main/lab on box", lack, StringComparison.Ordinal);
    }

    [Fact]
    public void Lacks_OfAHostThatIsAnotherInstanceOfOurs_NameItOnlyWhileThatIsKnown()
    {
        var ours = Good with { Owner = "us", OwnerInstance = "i2" };

        Assert.Contains("the instance lab-3 of this server", Assert.Single(HostLacks.Of(ours, Needs with { OwnInstance = id => id == "i2" ? "lab-3" : null })), StringComparison.Ordinal);
        Assert.Empty(HostLacks.Of(ours, Needs));
        Assert.Empty(HostLacks.Of(Good with { Owner = "us", OwnerInstance = "i1" }, Needs with { OwnInstance = _ => "lab-0" }));
    }

    [Fact]
    public void InternalAddress_IsOfTheNetworkElseTheOneThatWasReached()
    {
        Assert.Equal("10.0.0.5", HostLacks.InternalAddress(Good, "10.0.0.0/24"));
        Assert.Equal("203.0.113.7", HostLacks.InternalAddress(Good, null));
        Assert.Null(HostLacks.InternalAddress(Good, "172.16.0.0/12"));
    }

    [Fact]
    public void Job_OnAFleet_HasItsEnvironmentAndRunsAsTheFleetSays()
    {
        var spec = new JobSpec
        {
            JobNum = 0,
            JobName = "x-0-0",
            Commands = ["/bin/sh", "-c", "echo hi"],
            Env = new Dictionary<string, string> { ["A"] = "job" },
            ImageName = "",
            User = new UnixUser(0, null, null, null),
            Requirements = new Requirements { Resources = ResourcesSpec.Default },
        };
        var fleet = new FleetConfiguration { Env = new EnvironmentVariables([KeyValuePair.Create("A", (string?)"fleet"), KeyValuePair.Create("B", (string?)"fleet")]) };

        var process = FleetJobs.On(fleet with { ProcessUser = "jobs" }, spec, "ubuntu");
        Assert.Equal(("jobs", "", "job", "fleet"), (process.User!.Username, process.ImageName, process.Env["A"], process.Env["B"]));
        var container = FleetJobs.On(fleet, spec, "ubuntu");
        Assert.Equal("ubuntu", container.ImageName);
        Assert.Equal(["/bin/sh", "-c", "exec 2>&1\necho hi"], container.Commands);
        Assert.Equal("mine", FleetJobs.On(fleet, spec with { ImageName = "mine" }, "ubuntu").ImageName);
    }
}
